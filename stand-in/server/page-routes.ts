import { type RequestHandler, Router } from 'express';
import type { Config, Endpoint } from './config';
import type { Users } from './users';

/** Requests of the opened chat page whose responses are always empty in the stand-in. */
const EMPTY: Readonly<Record<string, unknown>> = {
  '/agents': { object: 'list', data: [], has_more: false },
  '/agents/tools/calls': [],
  '/agents/tools/web_search/auth': { authenticated: false, authTypes: [] },
  '/endpoints/token-config': {},
  '/files/config': {},
  '/files/speech/config/get': {},
  '/keys': { expiresAt: null },
  '/mcp/servers': {},
  '/permissions/mcpServer/effective/all': {},
  '/presets': [],
  '/projects': { projects: [], nextCursor: null },
  '/prompts/all': [],
  '/prompts/groups': { promptGroups: [], has_more: false },
  '/roles/ADMIN': { name: 'ADMIN', permissions: {} },
  '/roles/USER': { name: 'USER', permissions: {} },
  '/search/enable': false,
  '/tags': [],
  '/user/settings/favorites': [],
};

/** The endpoint if `librechat.yaml` configures none. LibreChat offers none then. */
const OWN_ENDPOINT: Endpoint = { name: 'Stand-in', models: ['stand-in'] };

/** The requests that the page sends when it is opened. */
export function pageRoutes(users: Users, config: Config, user: RequestHandler): Router {
  const endpoints = config.endpoints.length ? config.endpoints : [OWN_ENDPOINT];
  const router = Router();
  router.get('/banner', (_req, res) => void res.status(200).end());
  router.get('/user', user, async (_req, res) => void res.json(await users.find(res.locals.email)));
  router.get('/endpoints', user, (_req, res) => {
    res.json(Object.fromEntries(endpoints.map(({ name }, order) => [name, { type: 'custom', userProvide: false, order }])));
  });
  router.get('/models', user, (_req, res) => void res.json(Object.fromEntries(endpoints.map(({ name, models }) => [name, models]))));
  router.get('/share/link/:conversationId', user, (req, res) => void res.json({ success: false, conversationId: req.params.conversationId }));
  for (const [path, body] of Object.entries(EMPTY)) router.get(path, user, (_req, res) => void res.json(body));
  return router;
}
