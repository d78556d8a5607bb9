import { setTimeout as sleep } from 'node:timers/promises';
import { type RequestHandler, Router } from 'express';
import type { Conversations } from './conversations';

/** Intervals at which a request for a title checks whether it has been generated. */
const TITLE_WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** Messages and conversations, for the page. */
export function conversationRoutes(conversations: Conversations, user: RequestHandler): Router {
  const router = Router();

  router.get('/messages/:conversationId', user, async (req, res) => {
    res.json(await conversations.messages(res.locals.userId, req.params.conversationId as string));
  });

  router.delete('/messages/:conversationId/:messageId', user, async (req, res) => {
    await conversations.deleteMessage(res.locals.userId, req.params.conversationId as string, req.params.messageId as string);
    res.status(204).send();
  });

  router.delete('/convos', user, async (req, res) => {
    const { conversationId } = req.body?.arg ?? {};
    if (!conversationId) return void res.status(400).json({ error: 'no parameters provided' });
    await conversations.delete(res.locals.userId, conversationId);
    res.status(201).json({ acknowledged: true });
  });

  router.delete('/convos/all', user, async (_req, res) => {
    await conversations.deleteAll(res.locals.userId);
    res.status(201).json({ acknowledged: true });
  });

  router.get('/convos', user, async (_req, res) => {
    res.json({ conversations: await conversations.list(res.locals.userId), nextCursor: null });
  });

  router.get('/convos/gen_title/:conversationId', user, async (req, res) => {
    const take = () => conversations.takeTitle(res.locals.userId, req.params.conversationId as string);
    let title = await take();
    for (const wait of TITLE_WAITS_MS) {
      if (title !== undefined || res.destroyed) break;
      await sleep(wait);
      title = await take();
    }
    if (title === undefined) return void res.status(404).json({ message: 'Title not found or method not implemented' });
    res.json({ title });
  });

  router.get('/convos/:conversationId', user, async (req, res) => {
    const conversation = await conversations.find(res.locals.userId, req.params.conversationId as string);
    if (!conversation) return void res.status(404).end();
    res.json(conversation);
  });

  return router;
}
