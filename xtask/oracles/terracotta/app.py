"""Terracotta for a comparison: its own application, one request at a time; the arguments are a database and a port."""

import sys
import warnings

import terracotta
from terracotta.server import create_app
from werkzeug.serving import make_server

warnings.simplefilter("ignore")
terracotta.update_settings(DRIVER_PATH=sys.argv[1], USE_MULTIPROCESSING=False)
make_server("127.0.0.1", int(sys.argv[2]), create_app()).serve_forever()
