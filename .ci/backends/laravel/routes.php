<?php

use App\LoginController;
use App\Token;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Route;

// Laravel counts the decay in minutes. All digits are needed: else 5 s become 4.
$window = var_export((getenv('WINDOW') ?: 6) / 60, true);
$logins = getenv('LOGINS') ?: 5;

Route::post('/v1/auth/login', function (Request $request) {
    $input = $request->all();
    // No validation: by becard's document a missing key is PHP's own error, and the answer 500.
    if (! Auth::once(['email' => $input['email'], 'password' => $input['password']])) {
        return response()->json(['message' => 'Access data do not match!'], 422);
    }

    return Token::answer(Auth::id());
})->middleware("throttle:$logins,$window");

Route::post('/stock/login', [LoginController::class, 'login']);

Route::post('/control/revoke', function () {
    Token::query()->delete();

    return response()->noContent();
});

Route::prefix('v1')->middleware('auth:api')->group(function () use ($window) {
    Route::get('/items/{id}', fn ($id) => ['id' => $id]);
    Route::post('/items', fn (Request $request) => response()->json(
        ['id' => 'new', 'size' => strlen($request->getContent())], 201
    ));
    Route::get('/items/{id}/image', fn () => response(base64_decode(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg=='
    ), 200, ['Content-Type' => 'image/png']));
    Route::get('/items/{id}/pdf', fn () => response()->streamDownload(function () {
        echo "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n",
            "trailer<</Root 1 0 R>>\n%%EOF\n";
    }, 'item.pdf', ['Content-Type' => 'application/pdf']));
    Route::get('/limited', fn () => ['ok' => true])->middleware("throttle:5,$window");
});

if (getenv('LOGIN_PAGE') !== '0') {
    Route::get('/login', fn () => '<!doctype html><title>Log in</title><form method="post"></form>')
        ->middleware('web')->name('login');
}
