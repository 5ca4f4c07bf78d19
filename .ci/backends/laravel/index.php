<?php

use Illuminate\Contracts\Http\Kernel;
use Illuminate\Http\Request;

$kernel = (require __DIR__.'/app.php')->make(Kernel::class);
$response = $kernel->handle($request = Request::capture())->send();
$kernel->terminate($request, $response);
