// An OAuth2 server by @node-oauth, with the password grant and refresh tokens.
import OAuthServer from '@node-oauth/express-oauth-server';
import express from 'express';
import { rateLimit } from 'express-rate-limit';

const { PORT, LIFETIME = 3600, WINDOW = 6, LOGINS = 5 } = process.env;

const grants = ['password', 'refresh_token'];
const clients = [{ id: 'public', secret: '', grants }, { id: 'confidential', secret: 's3cret', grants }];

// Tokens given out. One that was refreshed is still good until it ends; its refresh token is not.
const access = new Map();
const refresh = new Map();

const model = {
  getClient: (id, secret) => clients.find((client) => client.id === id && client.secret === (secret || '')),
  getUser: (username, password) =>
    username === 'me@example.com' && password === 'correct horse battery' && { username },
  saveToken: (token, client, user) => {
    const saved = { ...token, client, user };
    access.set(token.accessToken, saved);
    refresh.set(token.refreshToken, saved);
    return saved;
  },
  getAccessToken: (token) => access.get(token),
  getRefreshToken: (token) => refresh.get(token),
  revokeToken: ({ refreshToken }) => refresh.delete(refreshToken),
};

const oauth = new OAuthServer({
  model,
  accessTokenLifetime: Number(LIFETIME),
  // Lets the public client in. The model still wants the confidential one's secret.
  requireClientAuthentication: { password: false, refresh_token: false },
});

const limit = (max) => rateLimit({ windowMs: WINDOW * 1000, limit: Number(max) });

const app = express();
app.use(express.json(), express.urlencoded());

app.post('/oauth/token', limit(LOGINS), oauth.token());

app.use('/api', oauth.authenticate());
app.get('/api/items/:id', (req, res) => res.json({ id: req.params.id }));
app.post('/api/items', (req, res) => res.status(201).json(req.body));
app.get('/api/limited', limit(5), (req, res) => res.json({ limited: true }));

app.post('/control/revoke', (req, res) => {
  access.clear();
  refresh.clear();
  res.sendStatus(204);
});

app.listen(PORT, '127.0.0.1');
