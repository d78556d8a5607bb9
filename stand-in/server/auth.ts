import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Settings } from './settings';
import { signToken, verifyToken } from './tokens';
import type { User, Users } from './users';

const SESSION_SECONDS = 15 * 60;
const REFRESH_SECONDS = 7 * 24 * 3600;

/** `/api/auth`: registration, login, and renewal by cookie. */
export function authRoutes(users: Users, settings: Settings): Router {
  const router = Router();

  router.post('/register', async (req, res) => {
    const { name, email, password, confirm_password: confirmation } = req.body ?? {};
    if (!settings.registrationAllowed) return void res.status(403).json({ message: 'Registration is not allowed.' });
    const problem = registrationProblem(name, email, password, confirmation);
    if (problem) return void res.status(404).json({ message: problem });
    // The same response whether the address exists or not, so that clients cannot find out who is registered.
    await users.register({ name, email, password });
    res.status(200).json({ message: 'Please check your email to verify your email address.' });
  });

  router.post('/login', async (req, res) => {
    const { email, password } = req.body ?? {};
    const user = typeof email === 'string' && typeof password === 'string' && await users.authenticate(email, password);
    if (!user) return void res.status(404).json({ message: 'Incorrect email or password.' });
    grant(res, user, settings);
  });

  router.post('/refresh', async (req, res) => {
    const cookie = cookieOf(req, 'refreshToken');
    if (!cookie) return void res.status(200).send('Refresh token not provided');
    const claims = verifyToken(cookie, settings.jwtRefreshSecret);
    const user = claims && await users.find(claims.email);
    if (!user) return void res.status(401).redirect('/login');
    grant(res, user, settings);
  });

  router.post('/logout', (_req, res) => {
    res.clearCookie('refreshToken').status(200).send({ message: 'Logout successful' });
  });

  return router;
}

/** Requires a valid Bearer token, and stores the user in `res.locals`. */
export function requireUser({ jwtSecret }: Settings): RequestHandler {
  return (req, res, next) => {
    const token = /^Bearer (.+)$/i.exec(req.get('authorization') ?? '')?.[1];
    const claims = token && verifyToken(token, jwtSecret);
    if (!claims) return void res.status(401).send('Unauthorized');
    res.locals.userId = claims.id;
    res.locals.email = claims.email;
    next();
  };
}

function grant(res: Response, user: User, settings: Settings): void {
  res.cookie('refreshToken', signToken(user, settings.jwtRefreshSecret, REFRESH_SECONDS), {
    maxAge: REFRESH_SECONDS * 1000,
    httpOnly: true,
    secure: settings.production,
    sameSite: 'strict',
  });
  // A second cookie, as LibreChat sends: detects proxies that keep only one.
  res.cookie('token_provider', 'librechat', { httpOnly: true, secure: settings.production, sameSite: 'strict' });
  res.status(200).json({ token: signToken(user, settings.jwtSecret, SESSION_SECONDS), user });
}

function registrationProblem(name: unknown, email: unknown, password: unknown, confirmation: unknown): string | undefined {
  if (typeof name !== 'string' || name.length < 3) return 'name must have 3 characters or more';
  if (typeof email !== 'string' || !/^[^@\s]+@[^@\s]+$/.test(email)) return 'email must be an address';
  if (typeof password !== 'string' || password.length < 8) return 'password must have 8 characters or more';
  return password === confirmation ? undefined : 'The passwords did not match';
}

function cookieOf(req: Request, name: string): string | undefined {
  const pairs = (req.get('cookie') ?? '').split(/;\s*/).map((pair) => pair.split('='));
  const value = pairs.find(([key]) => key === name)?.[1];
  return value && decodeURIComponent(value);
}
