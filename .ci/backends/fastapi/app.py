"""FastAPI as its security tutorial has it: a password form, JWTs by python-jose, hashes by passlib."""
import os
import secrets
from datetime import datetime, timedelta

from fastapi import Depends, FastAPI, HTTPException, status
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from fastapi.security.oauth2 import OAuth2PasswordRequestFormStrict
from jose import JWTError, jwt
from passlib.context import CryptContext
from pydantic import BaseModel

SECRET_KEY = secrets.token_hex(32)
ALGORITHM = "HS256"
LIFETIME = timedelta(seconds=int(os.environ.get("LIFETIME", "3600")))

# The tutorial hashes with bcrypt. This scheme needs no further package, and no answer shows the difference.
pwd_context = CryptContext(schemes=["pbkdf2_sha256"])
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="auth/login")
app = FastAPI()
users = {"me@example.com": pwd_context.hash("correct horse battery")}
# Tokens of an older version are revoked.
version = 0


class Token(BaseModel):
    access_token: str
    token_type: str


class Credentials(BaseModel):
    username: str
    password: str


def login(username: str, password: str) -> dict:
    if username not in users or not pwd_context.verify(password, users[username]):
        raise HTTPException(
            status_code=status.HTTP_401_UNAUTHORIZED,
            detail="Incorrect username or password",
            headers={"WWW-Authenticate": "Bearer"},
        )
    now = datetime.utcnow()
    claims = {"sub": username, "iat": now, "exp": now + LIFETIME, "version": version}
    return {"access_token": jwt.encode(claims, SECRET_KEY, algorithm=ALGORITHM), "token_type": "bearer"}


async def get_current_user(token: str = Depends(oauth2_scheme)) -> str:
    credentials_exception = HTTPException(
        status_code=status.HTTP_401_UNAUTHORIZED,
        detail="Could not validate credentials",
        headers={"WWW-Authenticate": "Bearer"},
    )
    try:
        payload = jwt.decode(token, SECRET_KEY, algorithms=[ALGORITHM])
    except JWTError:
        raise credentials_exception
    if payload["sub"] not in users or payload["version"] != version:
        raise credentials_exception
    return payload["sub"]


@app.post("/auth/login", response_model=Token)
async def login_by_form(form: OAuth2PasswordRequestForm = Depends()):
    return login(form.username, form.password)


@app.post("/strict/login", response_model=Token)
async def login_by_strict_form(form: OAuth2PasswordRequestFormStrict = Depends()):
    return login(form.username, form.password)


@app.post("/json/login", response_model=Token)
async def login_by_json(credentials: Credentials):
    return login(credentials.username, credentials.password)


@app.get("/api/items/{id}")
async def read_item(id: str, user: str = Depends(get_current_user)):
    return {"id": id}


@app.post("/api/items", status_code=status.HTTP_201_CREATED)
async def create_item(item: dict, user: str = Depends(get_current_user)):
    return item


@app.post("/control/revoke", status_code=status.HTTP_204_NO_CONTENT)
async def revoke():
    global version
    version += 1
