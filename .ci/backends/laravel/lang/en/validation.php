<?php

// As in a new Laravel app.
return [
    'required' => 'The :attribute field is required.',
    'string' => 'The :attribute must be a string.',
];
