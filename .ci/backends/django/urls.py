"""Django REST framework's own tokens, and SimpleJWT's."""
import os

from django.core.management.utils import get_random_secret_key
from django.urls import path
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.state import token_backend
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView


class Throttle(ScopedRateThrottle):
    """The framework's own rates know no other periods than a second, a minute, an hour and a day."""

    def parse_rate(self, rate):
        return int(rate), int(os.environ.get("WINDOW", "6"))


class TokenLogin(ObtainAuthToken):
    throttle_classes = [Throttle]
    throttle_scope = "api-token-auth"


class JWTLogin(TokenObtainPairView):
    throttle_classes = [Throttle]
    throttle_scope = "api-token"


class Items(APIView):
    permission_classes = [IsAuthenticated]
    authentication_classes = [JWTAuthentication]

    def get(self, request, id=None):
        return Response({"id": id})

    def post(self, request):
        return Response(request.data, status=201)


class Limited(Items):
    throttle_classes = [Throttle]
    throttle_scope = "limited"

    def get(self, request):
        return super().get(request, "limited")


class TokenItems(Items):
    authentication_classes = [TokenAuthentication]


class SessionItems(Items):
    """The framework answers 403 instead of 401 if sessions come first, as in its defaults."""

    authentication_classes = [SessionAuthentication, TokenAuthentication]


@api_view(["POST"])
@authentication_classes([])
@permission_classes([])
def revoke(request):
    # This version of SimpleJWT revokes no access tokens, so its users change the key.
    token_backend.signing_key = get_random_secret_key()
    Token.objects.all().delete()
    return Response(status=204)


urlpatterns = [
    path("api-token-auth/", TokenLogin.as_view()),
    path("api/token/", JWTLogin.as_view()),
    path("api/token/refresh/", TokenRefreshView.as_view()),
    path("api/token/items", TokenItems.as_view()),
    path("api/token/items/<id>", TokenItems.as_view()),
    path("api/session/items/<id>", SessionItems.as_view()),
    path("api/items", Items.as_view()),
    path("api/items/<id>", Items.as_view()),
    path("api/limited", Limited.as_view()),
    path("control/revoke", revoke),
]
