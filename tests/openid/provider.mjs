// An OpenID Connect provider for tests, spoken to in lines of JSON; README.md lists them. Ends when its standard input does.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import Provider from 'oidc-provider';

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

// Standard output belongs to the answers.
console.info = console.warn;

// `use` and `alg` leave no doubt which keys sign id_tokens: the first one.
const signing = (jwk) => ({ use: 'sig', alg: 'RS256', ...jwk });

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return signing({ ...privateKey.export({ format: 'jwk' }), kid: randomUUID() });
}

function newProvider(issuer, { clients, accounts, keys }, cookieKeys) {
  const provider = new Provider(issuer, {
    clients,
    jwks: { keys },
    cookies: { keys: cookieKeys },
    findAccount: (_context, login) => Object.hasOwn(accounts, login)
      && { accountId: login, claims: () => ({ ...accounts[login], sub: login }) },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'given_name', 'family_name'],
    },
    // Claims of the granted scopes stand in the id_token, as those of the large providers do.
    conformIdTokenClaims: false,
    pkce: { methods: ['S256'], required: () => true },
    features: { devInteractions: { enabled: true } },
  });
  provider.on('server_error', (_context, error) => console.error(error));
  return provider;
}

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
// A process whose parent is gone has nobody to answer, whatever is under way.
lines.on('close', () => process.exit(0));
const commands = lines[Symbol.asyncIterator]();

const { value: first } = await commands.next();
const { clients = [], accounts = {}, keys = [] } = JSON.parse(first);
const state = { clients, accounts, keys: keys.length ? keys.map(signing) : [newKey()] };

// The port is part of the issuer: listen first, and answer when the provider stands.
let handle;
const server = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1');
await once(server, 'listening');
// Longer than clients keep idle connections, so that none of them sends into one that is being closed.
server.keepAliveTimeout = 60_000;
const issuer = `http://127.0.0.1:${server.address().port}`;
const cookieKeys = [randomUUID()];

// Keys and clients are fixed in a provider; another one takes its place before the same sessions, grants and codes, which
// the library's adapter in memory keeps for the whole process.
function rebuild() {
  const provider = newProvider(issuer, state, cookieKeys);
  handle = provider.callback();
  return provider;
}

const provider = rebuild();
say({
  issuer,
  authorization_url: issuer + provider.pathFor('authorization'),
  token_url: issuer + provider.pathFor('token'),
  jwks_url: issuer + provider.pathFor('jwks'),
});

for await (const line of commands) {
  const command = JSON.parse(line);
  if (command.rotate) {
    const key = newKey();
    state.keys = [key, ...(command.keep_old ? state.keys : [])];
    rebuild();
    say({ kid: key.kid });
  } else if (command.client) {
    const { client } = command;
    state.clients = [...state.clients.filter((known) => known.client_id !== client.client_id), client];
    rebuild();
    say({ client_id: client.client_id });
  } else {
    throw new Error(`unknown command: ${line}`);
  }
}
