"""An S3 server on the loopback interface, for tests: `python s3_server.py BUCKET`.

Makes the bucket, prints its endpoint on one line, and serves from memory until standard input
closes, so it cannot outlive whoever started it, however that one ended.
"""

import logging
import signal
import sys

import boto3
from moto.server import ThreadedMotoServer

# Ctrl-C in a terminal reaches the whole process group; the closing input is what ends this one.
signal.signal(signal.SIGINT, signal.SIG_IGN)
logging.getLogger("werkzeug").setLevel(logging.ERROR)
bucket = sys.argv[1]
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
endpoint = f"http://{host}:{port}"
boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
).create_bucket(Bucket=bucket)
print(endpoint, flush=True)
sys.stdin.read()
server.stop()
