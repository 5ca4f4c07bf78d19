<?php

// Stands where `artisan config:cache` writes. The values are those of Laravel's own config files, as far as the app
// has need of them.

use App\RouteServiceProvider;
use App\Token;
use App\User;

$storage = getenv('DIR').'/storage';

return [
    'app' => [
        'env' => 'production',
        'debug' => getenv('APP_DEBUG') === '1',
        'url' => 'http://localhost',
        'timezone' => 'UTC',
        'locale' => 'en',
        'fallback_locale' => 'en',
        'key' => getenv('APP_KEY'),
        'cipher' => 'AES-256-CBC',
        'providers' => [
            Illuminate\Auth\AuthServiceProvider::class,
            Illuminate\Cache\CacheServiceProvider::class,
            Illuminate\Foundation\Providers\ConsoleSupportServiceProvider::class,
            Illuminate\Cookie\CookieServiceProvider::class,
            Illuminate\Database\DatabaseServiceProvider::class,
            Illuminate\Encryption\EncryptionServiceProvider::class,
            Illuminate\Filesystem\FilesystemServiceProvider::class,
            Illuminate\Foundation\Providers\FoundationServiceProvider::class,
            Illuminate\Hashing\HashServiceProvider::class,
            Illuminate\Pipeline\PipelineServiceProvider::class,
            Illuminate\Queue\QueueServiceProvider::class,
            Illuminate\Session\SessionServiceProvider::class,
            Illuminate\Translation\TranslationServiceProvider::class,
            Illuminate\Validation\ValidationServiceProvider::class,
            Illuminate\View\ViewServiceProvider::class,
            RouteServiceProvider::class,
        ],
    ],
    'auth' => [
        'defaults' => ['guard' => 'web', 'passwords' => 'users'],
        'guards' => [
            'web' => ['driver' => 'session', 'provider' => 'users'],
            'api' => ['driver' => 'token', 'provider' => 'tokens', 'hash' => false],
        ],
        'providers' => [
            'users' => ['driver' => 'eloquent', 'model' => User::class],
            'tokens' => ['driver' => 'eloquent', 'model' => Token::class],
        ],
    ],
    'cache' => [
        'default' => 'file',
        'stores' => ['file' => ['driver' => 'file', 'path' => "$storage/framework/cache"]],
        'prefix' => 'laravel_cache',
    ],
    'database' => [
        'default' => 'sqlite',
        'connections' => [
            'sqlite' => ['driver' => 'sqlite', 'database' => getenv('DIR').'/app.sqlite', 'prefix' => ''],
        ],
    ],
    'logging' => [
        'default' => 'single',
        'channels' => ['single' => ['driver' => 'single', 'path' => "$storage/logs/laravel.log", 'level' => 'debug']],
    ],
    'session' => [
        'driver' => 'file',
        'lifetime' => 120,
        'expire_on_close' => false,
        'encrypt' => false,
        'files' => "$storage/framework/sessions",
        'lottery' => [2, 100],
        'cookie' => 'laravel_session',
        'path' => '/',
        'domain' => null,
        'secure' => null,
        'http_only' => true,
        'same_site' => 'lax',
    ],
    'view' => ['paths' => [], 'compiled' => "$storage/framework/views"],
];
