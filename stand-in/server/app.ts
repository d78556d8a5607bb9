import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express } from 'express';
import type { Models } from '../data-schemas';
import { authRoutes, requireUser } from './auth';
import { chatRoutes } from './chat';
import { readConfig } from './config';
import { conversationRoutes } from './conversation-routes';
import { Conversations } from './conversations';
import { EarlyEvents } from './early-events';
import { EventTransport } from './event-transport';
import { LocalFiles, S3Files } from './file-store';
import { fileRoutes } from './files';
import { Generator } from './generator';
import { JobStore } from './job-store';
import type { Log } from './log';
import { Metrics } from './metrics';
import { pageRoutes } from './page-routes';
import type { Connections } from './redis';
import type { Settings } from './settings';
import { browsersOnly } from './user-agent';
import { Users } from './users';

const BODY_LIMIT = '3mb';

/** The routes of the stand-in, with the names and order of LibreChat's. */
export function createApp(settings: Settings, redis: Connections, models: Models, ready: () => boolean, log: Log): Express {
  const page = readFileSync(join(settings.clientDirectory, 'index.html'), 'utf8');
  const config = readConfig(settings.configPath, log);
  const metrics = new Metrics();
  const jobs = new JobStore(redis.jobs, settings.keepCompletedJobs);
  const transport = new EventTransport(redis.jobs, redis.subscriber);
  const early = new EarlyEvents();
  const conversations = new Conversations(redis.documents);
  const users = new Users({ User: models.User });
  const generator = new Generator({ jobs, transport, early, conversations, metrics, log });
  const user = requireUser(settings);

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', settings.trustProxy);
  app.get(['/health', '/livez'], (_req, res) => void res.send('OK'));
  app.get('/readyz', (_req, res) => void res.status(ready() ? 200 : 503).json({ ready: ready() }));
  if (settings.metricsSecret) app.get('/metrics', metrics.handler(settings.metricsSecret));

  app.use((_req, res, next) => {
    res.set('X-Robots-Tag', 'noindex');
    next();
  });
  app.use(express.json({ limit: BODY_LIMIT }));
  app.use(express.urlencoded({ extended: true, limit: BODY_LIMIT }));

  app.use('/api/auth', authRoutes(users, settings));
  app.get('/api/config', (_req, res) => {
    const { version, welcome: customWelcome } = config;
    const registrationEnabled = settings.registrationAllowed;
    res.json({ appTitle: 'LibreChat stand-in', emailLoginEnabled: true, registrationEnabled, version, interface: { customWelcome } });
  });
  const stream = { jobs, transport, early, keepAliveMs: settings.keepAliveMs };
  app.use('/api/agents/chat', user, browsersOnly, chatRoutes(generator, stream, config.endpoints, ready));
  app.use('/api', conversationRoutes(conversations, user));
  const files = config.fileStrategy === 's3' ? new S3Files(settings.bucket ?? '', process.env) : new LocalFiles(settings.filesDirectory);
  app.use('/api/files', user, browsersOnly, fileRoutes(redis.documents, files, settings.uploadsDirectory));
  app.use('/api', pageRoutes(users, config, user));
  app.get('/oauth/error', (req, res) => {
    const query = new URLSearchParams({ redirect: 'false', error: String(req.query.error ?? 'auth_failed') });
    res.redirect(`${settings.clientUrl}/login?${query.toString()}`);
  });
  // Not part of LibreChat: returns the request as it arrived.
  app.all('/api/stand-in/request', (req, res) => {
    const { method, originalUrl, ip, protocol, headers } = req;
    res.json({ method, originalUrl, ip, protocol, headers, body: req.body as unknown });
  });

  app.use('/api', (_req, res) => void res.status(404).json({ message: 'Endpoint not found' }));
  app.use(express.static(settings.clientDirectory, { index: false }));
  app.use((req, res) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return void res.status(404).end();
    const language = req.get('accept-language')?.split(',')[0] ?? 'en-US';
    res.set('Cache-Control', 'no-cache, no-store, must-revalidate');
    res.type('html').send(page.replace('lang="en-US"', `lang="${language.replace(/[^\w-]/g, '')}"`));
  });
  app.use(failed(log));
  return app;
}

function failed(log: Log): ErrorRequestHandler {
  return (error: Error & { status?: number }, req, res, next) => {
    if (res.headersSent) return next(error);
    const status = error.status ?? 500;
    if (status >= 500) log('error', `${req.method} ${req.path}: ${error.message}`);
    res.status(status).json({ message: status >= 500 ? 'An unknown error occurred.' : error.message });
  };
}
