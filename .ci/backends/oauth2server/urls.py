"""Django OAuth Toolkit: its token endpoint, and its two ways to guard a resource."""
import os

from django.http import JsonResponse
from django.urls import include, path
from oauth2_provider.decorators import protected_resource
from oauth2_provider.models import AccessToken, RefreshToken
from oauth2_provider.views import TokenView
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView


class Throttle(ScopedRateThrottle):
    """The framework's own rates know no other periods than a second, a minute, an hour and a day."""

    def parse_rate(self, rate):
        return int(rate), int(os.environ.get("WINDOW", "6"))


class ThrottledTokenView(APIView):
    """The toolkit limits nothing, so its view is put behind REST framework's throttle."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = [Throttle]
    throttle_scope = "token"

    def post(self, request):
        return TokenView.as_view()(request._request)


class Items(APIView):
    def get(self, request, id=None):
        return Response({"id": id})

    def post(self, request):
        return Response(request.data, status=201)


class Limited(Items):
    throttle_classes = [Throttle]
    throttle_scope = "limited"

    def get(self, request):
        return super().get(request, "limited")


@protected_resource()
def view_item(request, id):
    # The toolkit's decorator for plain views answers 403 where its class for REST framework answers 401.
    return JsonResponse({"id": id})


@api_view(["POST"])
@authentication_classes([])
@permission_classes([])
def revoke(request):
    RefreshToken.objects.all().delete()
    AccessToken.objects.all().delete()
    return Response(status=204)


urlpatterns = [
    path("o/token/", ThrottledTokenView.as_view()),
    path("o/", include("oauth2_provider.urls")),
    path("api/items", Items.as_view()),
    path("api/items/<id>", Items.as_view()),
    path("api/limited", Limited.as_view()),
    path("views/items/<id>", view_item),
    path("control/revoke", revoke),
]
