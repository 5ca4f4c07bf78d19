"""Flask with random tokens in memory, and Flask-Limiter."""
import os
import secrets
import time
from functools import wraps

from flask import Flask, abort, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.security import check_password_hash, generate_password_hash

LIFETIME = int(os.environ.get("LIFETIME", "3600"))
WINDOW = os.environ.get("WINDOW", "6")
LOGINS = f"{os.environ.get('LOGINS', '5')} per {WINDOW} seconds"

app = Flask(__name__)
# Without HEADERS=1 the limiter is as it comes: it sends no headers.
limiter = Limiter(
    get_remote_address, app=app, storage_uri="memory://", headers_enabled=os.environ.get("HEADERS") == "1"
)
silent_limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
users = {"me@example.com": generate_password_hash("correct horse battery")}
# When each token expires.
tokens = {}


def authenticated():
    """Tells if the request's JSON or form has the right password."""
    fields = request.get_json() if request.is_json else request.form
    if "username" not in fields or "password" not in fields:
        abort(400)
    return check_password_hash(users.get(fields["username"], ""), fields["password"])


def new_token():
    token = secrets.token_urlsafe(32)
    tokens[token] = time.time() + LIFETIME
    return {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME}


def token_required(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or tokens.get(token, 0) <= time.time():
            abort(401)
        return view(*args, **kwargs)

    return guarded


@app.post("/login")
@limiter.limit(LOGINS)
def login():
    if not authenticated():
        return "Invalid username or password", 401
    return new_token()


@app.post("/silent/login")
@silent_limiter.limit(LOGINS)
def silent_login():
    if not authenticated():
        return "Invalid username or password", 401
    return new_token()


@app.post("/html/login")
def html_login():
    if not authenticated():
        abort(401)
    return new_token()


@app.get("/api/items/<id>")
@token_required
def read_item(id):
    return {"id": id}


@app.post("/api/items")
@token_required
def create_item():
    return request.get_json(), 201


@app.get("/api/limited")
@limiter.limit(f"5 per {WINDOW} seconds")
@token_required
def limited():
    return {"id": "limited"}


@app.post("/control/revoke")
def revoke():
    tokens.clear()
    return "", 204
