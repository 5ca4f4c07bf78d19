<?php

namespace App;

use Illuminate\Auth\Events\Lockout;
use Illuminate\Cache\RateLimiter;
use Illuminate\Http\Request;
use Illuminate\Http\Response;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Str;
use Illuminate\Validation\ValidationException;

// What laravel/ui's traits AuthenticatesUsers and ThrottlesLogins do, call by call: Debian has no package of it. Only
// the answer to a right login is ours: a token in place of a session.
class LoginController
{
    public function login(Request $request, RateLimiter $limiter)
    {
        $request->validate(['email' => 'required|string', 'password' => 'required|string']);

        $key = Str::lower($request->input('email')).'|'.$request->ip();
        if ($limiter->tooManyAttempts($key, getenv('LOGINS') ?: 5)) {
            event(new Lockout($request));
            $seconds = $limiter->availableIn($key);
            throw ValidationException::withMessages([
                'email' => [trans('auth.throttle', ['seconds' => $seconds, 'minutes' => ceil($seconds / 60)])],
            ])->status(Response::HTTP_TOO_MANY_REQUESTS);
        }

        if (! Auth::once($request->only('email', 'password'))) {
            $limiter->hit($key, getenv('WINDOW') ?: 6);
            throw ValidationException::withMessages(['email' => [trans('auth.failed')]]);
        }

        $limiter->clear($key);

        return Token::answer(Auth::id());
    }
}
