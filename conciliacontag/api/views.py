"""The description of the API, for programs and for people."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

SCHEMA = SpectacularAPIView.as_view(throttle_classes=())
DOCS = SpectacularSwaggerSplitView.as_view(url_name="schema", throttle_classes=())
