// Azure Blob Storage on the loopback interface, for tests: `node serve.mjs FOLDER CONTAINER`,
// where FOLDER holds an installed node_modules/azurite.
//
// Makes the container, prints the account's URL on one line, and serves from memory until standard
// input closes, so it cannot outlive whoever started it.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';

const [folder, container] = process.argv.slice(2);
// The account and key that Azurite documents for everybody; they open nothing else.
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const port = await new Promise((resolve, reject) => {
  const probe = createServer();
  probe.once('error', reject);
  probe.listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
const origin = `http://127.0.0.1:${port}`;

const azurite = spawn(
  process.execPath,
  [
    `${folder}/node_modules/azurite/dist/src/blob/main.js`,
    '--blobHost', '127.0.0.1', '--blobPort', String(port),
    '--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry', '--silent',
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
const stop = (code) => {
  azurite.kill('SIGKILL');
  process.exit(code);
};
azurite.once('exit', (code) => {
  console.error(`azurite ended by itself with code ${code}`);
  process.exit(1);
});
process.stdin.once('end', () => stop(0)).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop(1));

// "Put Container" with a Shared Key signature: method, ten empty standard headers and an empty
// date, then the x-ms headers and the resource. On a path-style address the account stands twice.
async function putContainer() {
  const date = new Date().toUTCString();
  const version = '2021-12-02';
  const text = [
    'PUT', '', '', '', '', '', '', '', '', '', '', '',
    `x-ms-date:${date}`, `x-ms-version:${version}`,
    `/${account}/${account}/${container}`, 'restype:container',
  ].join('\n');
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  return fetch(`${origin}/${account}/${container}?restype=container`, {
    method: 'PUT',
    headers: {
      authorization: `SharedKey ${account}:${signature}`,
      'x-ms-date': date,
      'x-ms-version': version,
    },
  });
}

// It takes a second or two to listen.
const deadline = Date.now() + 60_000;
for (;;) {
  let answer;
  try {
    answer = await putContainer();
  } catch (error) {
    if (Date.now() > deadline) {
      console.error(`azurite did not answer on ${origin} within 60 s: ${error.cause ?? error}`);
      stop(1);
    }
    await new Promise((wake) => setTimeout(wake, 100));
    continue;
  }
  if (answer.status !== 201) {
    console.error(`azurite refused the container ${container}: ${answer.status} ${await answer.text()}`);
    stop(1);
  }
  break;
}
console.log(`${origin}/${account}`);
