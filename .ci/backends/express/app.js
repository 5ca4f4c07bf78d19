// Express with Passport: a login with passport-local or by hand, and an API behind passport-http-bearer.
import { randomBytes } from 'node:crypto';
import express from 'express';
import { rateLimit } from 'express-rate-limit';
import passport from 'passport';
import { Strategy as BearerStrategy } from 'passport-http-bearer';
import { Strategy as LocalStrategy } from 'passport-local';

const { PORT, LIFETIME = 3600, WINDOW = 6, LOGINS = 5, HEADERS } = process.env;

const user = { username: 'me@example.com', password: 'correct horse battery' };
const isUser = (username, password) => username === user.username && password === user.password;

// When each token ends.
const tokens = new Map();

passport.use(new LocalStrategy((username, password, done) => {
  if (!isUser(username, password)) return done(null, false, { message: 'Incorrect username or password.' });
  return done(null, user);
}));
passport.use(new BearerStrategy((token, done) => done(null, tokens.get(token) > Date.now() && user)));

const login = (req, res) => {
  const token = randomBytes(32).toString('hex');
  tokens.set(token, Date.now() + LIFETIME * 1000);
  res.json({ access_token: token, token_type: 'bearer', expires_in: Number(LIFETIME) });
};

const limit = (max) => rateLimit({
  windowMs: WINDOW * 1000,
  limit: Number(max),
  ...(HEADERS && { standardHeaders: HEADERS, legacyHeaders: false }),
});

const app = express();
// The app nginx has it behind a proxy, and the limiter asks for this setting then.
app.set('trust proxy', 'loopback');
app.use(express.json(), express.urlencoded());

app.post('/login', limit(LOGINS), passport.authenticate('local', { session: false }), login);
app.post('/plain/login', limit(LOGINS), (req, res, next) => {
  const { username, password } = req.body ?? {};
  if (!isUser(username, password)) return res.status(401).send('Invalid username or password');
  return next();
}, login);

app.use('/api', passport.authenticate('bearer', { session: false }));
app.get('/api/items/:id', (req, res) => res.json({ id: req.params.id }));
app.post('/api/items', (req, res) => res.status(201).json(req.body));
app.get('/api/limited', limit(5), (req, res) => res.json({ limited: true }));

app.post('/control/revoke', (req, res) => {
  tokens.clear();
  res.sendStatus(204);
});

app.listen(PORT, '127.0.0.1');
