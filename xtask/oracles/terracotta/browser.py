"""Terracotta's own web client, as it is published, in a browser: what it shows of a server; and the viewer, in front of both.

A script that is added to its page uses it as a person does: it waits for the list, searches, pages, picks a dataset, looks at its preview,
and loads the tile address that the client shows for copying. What came of it is compared between the two servers; the base map, which is
on the internet, is not.
"""

import contextlib
import html
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from terracotta.client.flask_api import create_app
from werkzeug.serving import make_server

# The sort of client that maps are: what it may read is decided by CORS, as `fetch` is asked to.
SCRIPT = """
<script>
(async () => {
  const seen = {};
  const rows = () => [...document.querySelectorAll('tbody tr.MuiTableRow-hover')];
  const texts = () => rows().map(row => [...row.querySelectorAll('td')].map(cell => cell.innerText.trim()).filter(text => text).join('/'));
  const until = async (what, holds) => {
    for (let turn = 0; turn < 400; turn++) {
      try { const value = holds(); if (value) return value; } catch {}
      await new Promise(done => setTimeout(done, 50));
    }
    throw new Error('nothing after 20 s: ' + what);
  };
  const load = async url => {
    const answer = await fetch(url);
    const picture = await createImageBitmap(await answer.blob());
    return [answer.status, answer.headers.get('content-type'), picture.width, picture.height];
  };
  // React listens to what a person's typing sets off.
  const type = (field, text) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text);
    field.dispatchEvent(new Event('input', {bubbles: true}));
  };
  try {
    await until('rows', () => rows().length);
    seen.keys = [...document.querySelectorAll('thead th')].map(cell => cell.innerText.trim()).filter(text => text);
    seen.first = texts();
    const next = [...document.querySelectorAll('button')].filter(button => button.querySelector('path[d^="M10 6"]')).pop();
    next.click();
    await until('the next page', () => texts().length && texts().join() !== seen.first.join());
    seen.second = texts();
    type(document.querySelector('#kind'), 'optical');
    type(document.querySelector('#date'), '20200101');
    [...document.querySelectorAll('button')].find(button => button.innerText.trim().toLowerCase() === 'search').click();
    await until('what was searched', () => texts().length && texts().every(text => text.startsWith('optical/20200101')));
    seen.found = texts();
    rows()[1].click();
    const address = await until('the tile address', () => [...document.querySelectorAll('code')].map(code => code.innerText.trim()).find(text => text.includes('{z}')));
    seen.address = address;
    const preview = await until('the preview', () => [...document.querySelectorAll('img[alt=TC-preview]')].find(image => image.complete && image.naturalWidth));
    seen.preview = [preview.naturalWidth, preview.naturalHeight, preview.src];
    // The members of an object have no order.
    seen.document = [...document.querySelectorAll('code')].map(code => code.innerText).find(text => text.includes('valid_percentage')).split(/,?\\n/).sort();
    seen.tile = await load(address.replace('{z}/{x}/{y}', 'TILE'));
    const rgb = address.replace('/singleband/', '/rgb/').replace('/B2/{z}/{x}/{y}.png', '/TILE.png').split('?')[0];
    seen.rgb = await load(rgb + '?r=B3&r_range=[100,7000]&g=B2&g_range=[100,7000]&b=B1&b_range=[100,7000]&');
  } catch (error) { seen.error = String(error); }
  const out = document.createElement('pre');
  out.id = 'seen';
  out.textContent = JSON.stringify(seen);
  document.body.append(out);
})();
</script>
"""


def seen(chromium, address, tile):
    """What the client shows of the server at `address`, and what loading the `z/x/y` of a tile gives."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = create_app(address)

    @application.after_request
    def with_script(response):
        if response.mimetype == "text/html":
            body = response.get_data(as_text=True)
            response.set_data(body.replace("</body>", SCRIPT.replace("TILE", tile) + "</body>"))
        return response

    server = make_server("127.0.0.1", 0, application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with tempfile.TemporaryDirectory() as profile:
            command = [
                str(chromium), "--headless", "--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--window-size=1400,1000",
                "--virtual-time-budget=200000", "--dump-dom", f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_port}/",
            ]
            page = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=300).stdout
    finally:
        server.shutdown()
    found = re.search(r'<pre id="seen">(.*?)</pre>', page, re.DOTALL)
    if not found:
        return {"error": f"the client's script did not come to its end; its page has {len(page)} characters"}
    # By a name that stays, as ports do not.
    return json.loads(html.unescape(found[1]).replace(address, "http://server"))


def connects(address):
    """What `terracotta connect` says against a server: nothing, if it takes it for one of its own version."""
    command = [str(Path(sys.executable).parent / "terracotta"), "connect", address, "--no-browser"]
    done = subprocess.run(command, env=dict(os.environ, TC_TESTING="1"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return done.stderr.strip()[-300:] or (f"it ended with {done.returncode}" if done.returncode else "")


def viewed(viewer, chromium, address):
    """What is wrong with how the viewer shows a server: nothing, if it shows the pixels of its tiles. `viewer`: its folder."""
    environment = dict(os.environ, SMALTI_CATALOG=address, SMALTI_CHROMIUM=str(chromium))
    done = subprocess.run(["npm", "run", "--silent", "catalog"], cwd=viewer, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout[-3000:] if done.returncode else ""


def differences(theirs, ours):
    """What the client shows of one server alone."""
    numbers = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")

    def plain(value):
        # Statistics that are shown with all their digits.
        return numbers.sub(lambda found: f"{float(found[0]):.6g}", json.dumps(value, sort_keys=True))

    for name in sorted(theirs.keys() | ours.keys()):
        a, b = (plain(side.get(name)) for side in (theirs, ours))
        if a != b:
            yield f"{name}: {a[:300]}, ours {b[:300]}"


def report(chromium, viewer, servers_, tile):
    """Prints whether the client sees the same of both servers, and the viewer what they hold; how many differences there are. `servers_` gives
    their addresses, one after the other."""
    shown, found = [], []
    for side, server in servers_.items():
        with contextlib.ExitStack() as stack:
            address = stack.enter_context(server())
            complaint = connects(address)
            if complaint:
                found.append(f"terracotta connect to {side}: {complaint}")
            shown.append(seen(chromium, address, tile))
            complaint = viewed(viewer, chromium, address)
            if complaint:
                found.append(f"the viewer in front of {side}: {complaint}")
            if "error" in shown[-1]:
                found.append(f"the client of {side}: {shown[-1]['error']}")
    found += differences(*shown)
    print(f"\nTerracotta's own client: {len(shown[0].get('first', []))} and {len(shown[0].get('second', []))} rows, {len(found)} differences")
    for line in found:
        print(f"    {line}")
    return len(found)
