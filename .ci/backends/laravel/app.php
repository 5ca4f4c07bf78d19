<?php

// The classes that a new Laravel app has under app/, and at the end its bootstrap/app.php.

namespace App;

use Illuminate\Contracts\Console\Kernel as ConsoleKernel;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Http\Kernel as HttpKernel;
use Illuminate\Foundation\Application;
use Illuminate\Support\Str;

require_once 'Illuminate/autoload.php';
require_once __DIR__.'/LoginController.php';

class User extends \Illuminate\Foundation\Auth\User
{
    public $timestamps = false;

    protected $guarded = [];
}

// A token per login. The token guard looks for it as it would for a user with a column api_token.
class Token extends \Illuminate\Foundation\Auth\User
{
    public $timestamps = false;

    protected $guarded = [];

    protected $casts = ['expires_at' => 'datetime'];

    protected static function booted()
    {
        static::addGlobalScope('alive', fn ($query) => $query->where('expires_at', '>', now()));
    }

    // The limits are per user, not per login.
    public function getAuthIdentifierName()
    {
        return 'user_id';
    }

    // What becard answers to a right login.
    public static function answer($userId)
    {
        $token = static::create([
            'user_id' => $userId,
            'api_token' => Str::random(60),
            'expires_at' => now()->addSeconds(getenv('LIFETIME') ?: 3600),
        ]);

        return [
            'access_token' => $token->api_token,
            'session_id' => base64_encode(encrypt($token->id)),
            'expires_at' => $token->expires_at,
        ];
    }
}

class TrimStrings extends \Illuminate\Foundation\Http\Middleware\TrimStrings
{
    protected $except = ['password'];
}

class Authenticate extends \Illuminate\Auth\Middleware\Authenticate
{
    protected function redirectTo($request)
    {
        if (! $request->expectsJson()) {
            return route('login');
        }
    }
}

class Kernel extends \Illuminate\Foundation\Http\Kernel
{
    protected $middleware = [
        \Illuminate\Foundation\Http\Middleware\PreventRequestsDuringMaintenance::class,
        \Illuminate\Foundation\Http\Middleware\ValidatePostSize::class,
        TrimStrings::class,
        \Illuminate\Foundation\Http\Middleware\ConvertEmptyStringsToNull::class,
    ];

    protected $middlewareGroups = [
        'web' => [
            \Illuminate\Cookie\Middleware\EncryptCookies::class,
            \Illuminate\Cookie\Middleware\AddQueuedCookiesToResponse::class,
            \Illuminate\Session\Middleware\StartSession::class,
            \Illuminate\View\Middleware\ShareErrorsFromSession::class,
            \Illuminate\Foundation\Http\Middleware\VerifyCsrfToken::class,
        ],
    ];

    protected $routeMiddleware = [
        'auth' => Authenticate::class,
        'throttle' => \Illuminate\Routing\Middleware\ThrottleRequests::class,
    ];
}

class RouteServiceProvider extends \Illuminate\Foundation\Support\Providers\RouteServiceProvider
{
    public function boot()
    {
        $this->routes(fn () => require base_path('routes.php'));
    }
}

$app = new Application(__DIR__);
$app->useStoragePath(getenv('DIR').'/storage');
$app->useLangPath(__DIR__.'/lang');
$app->singleton(HttpKernel::class, Kernel::class);
$app->singleton(ConsoleKernel::class, \Illuminate\Foundation\Console\Kernel::class);
$app->singleton(ExceptionHandler::class, \Illuminate\Foundation\Exceptions\Handler::class);

return $app;
