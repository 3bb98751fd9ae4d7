"""The databases: by Terracotta's own Python interface, and by `smalti ingest`."""

import shutil
import subprocess
import warnings
from pathlib import Path

# Keys in their order; the last is that of bands.
KEYS = ("kind", "date", "band")

DESCRIPTIONS = {"date": "day of the picture, YYYYMMDD", "band": "band's name"}

# What anybody may add to a dataset.
EXTRA = {
    "classes": {"labels": {"1": "water", "2": "wood", "5": "field", "40": "town", "41": "road", "200": "rock"}, "source": None},
    "dem": ["metres", 3.5, True, {"é": "ü"}],
    "reals": "only a text",
    "flat": 12,
}

# Without metadata: they are measured when they are first asked for.
LAZY = ("bare", "gaps", "masked")


def keys_of(path):
    """The values that a file's name stands for."""
    return tuple(path.stem.split("_"))


def made_by_terracotta(place, folder, lazy=LAZY):
    """A database over the rasters in `folder`, with everything that only the Python interface can say; nothing is known of the `lazy` kinds."""
    import terracotta

    driver = terracotta.get_driver(str(place))
    driver.create(KEYS, key_descriptions=DESCRIPTIONS)
    with driver.connect(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in sorted(folder.glob("*.tif")):
            kind = keys_of(path)[0]
            measured = None if kind in lazy else driver.compute_metadata(str(path), extra_metadata=EXTRA.get(kind))
            driver.insert(keys_of(path), str(path), metadata=measured, skip_metadata=kind in lazy)
        # Metadata are there, the raster is not.
        source = folder / "photo_20200101_R.tif"
        driver.insert(("gone", "20200101", "v"), str(source), override_path=str(folder / "gone.tif"))
        # Keys that need care in an address.
        for date, band in (("2020 01+01", "é&ß"), ("100%", "a=b"), ("[x]", "y,z")):
            driver.insert(("odd", date, band), str(source))
    return place


def one_key(place, folder):
    """A database with a single key, whose routes for pictures of several datasets have no keys in their paths."""
    import terracotta

    driver = terracotta.get_driver(str(place))
    driver.create(("band",))
    with driver.connect(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in sorted(folder.glob("optical_20200101_*.tif")):
            driver.insert((keys_of(path)[2],), str(path))
    return place


def made_by_terracottas_command(python, place, folder, pattern):
    """A database as `terracotta ingest` makes it."""
    command = [str(Path(python).parent / "terracotta"), "ingest", f"{folder}/{pattern}", "-o", str(place), "--quiet"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return place


def made_by_smalti(program, place, folder, pattern):
    """A database as `smalti ingest` makes it of the same files."""
    subprocess.run([str(program), "ingest", f"{folder}/{pattern}", "-o", str(place), "--quiet"], check=True)
    return place


def drop(place):
    """Removes a database from its server, if it is there."""
    import sqlalchemy

    url = sqlalchemy.make_url(place)
    name, mysql = url.database, url.drivername == "mysql"
    url = url.set(drivername="mysql+pymysql" if mysql else "postgresql+psycopg2", database="mysql" if mysql else "postgres")
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"DROP DATABASE IF EXISTS {name}"))
    engine.dispose()


def uploaded(place, settings):
    """A copy of a SQLite database in the bucket `smalti`."""
    import boto3

    client = boto3.client(
        "s3", endpoint_url=settings["AWS_ENDPOINT_URL"], aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"], region_name=settings["AWS_REGION"],
    )
    client.upload_file(str(place), "smalti", "compare/keys.sqlite")
    return "s3://smalti/compare/keys.sqlite"


def copied(place, to):
    """A copy of a SQLite database that a server may write to."""
    shutil.copyfile(place, to)
    return to
