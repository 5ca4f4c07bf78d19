<?php

use App\User;
use Illuminate\Contracts\Console\Kernel;
use Illuminate\Support\Facades\Artisan;
use Illuminate\Support\Facades\Hash;
use Illuminate\Support\Facades\Schema;

(require __DIR__.'/app.php')->make(Kernel::class)->bootstrap();

Schema::create('users', function ($table) {
    $table->id();
    $table->string('email')->unique();
    $table->string('password');
});
Schema::create('tokens', function ($table) {
    $table->id();
    $table->foreignId('user_id');
    $table->string('api_token')->unique();
    $table->timestamp('expires_at');
});
User::create(['email' => 'me@example.com', 'password' => Hash::make('correct horse battery')]);

if (getenv('MAINTENANCE') === '1') {
    Artisan::call('down', ['--retry' => 60]);
}
echo 'set up';
