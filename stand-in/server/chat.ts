import { randomUUID } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { paceOf } from './answer';
import { resumeStateOf, streamEvents } from './event-stream';
import type { EventTransport } from './event-transport';
import type { Generator } from './generator';
import type { Job, JobStore } from './job-store';

const NO_PARENT = '00000000-0000-0000-0000-000000000000';

/** `/api/agents/chat`: starting, streaming, looking at and aborting generations. */
export function chatRoutes(generator: Generator, jobs: JobStore, transport: EventTransport): Router {
  const router = Router();

  /** The job, if there is one and it is the user's; else the request is answered. */
  async function own(id: string, res: Response, missing: object): Promise<Job | undefined> {
    const job = await jobs.get(id);
    if (job?.userId === res.locals.userId) return job;
    if (job) res.status(403).json({ error: 'Unauthorized' });
    else res.status(404).json(missing);
    return undefined;
  }

  router.get('/stream/:streamId', async (req, res) => {
    const job = await own(req.params.streamId, res, {
      error: 'Stream not found',
      message: 'The generation job does not exist or has expired.',
    });
    if (job) await streamEvents(job, req.query.resume === 'true', res, jobs, transport);
  });

  router.get('/active', async (_req, res) => {
    res.json({ activeJobIds: await jobs.active(res.locals.userId) });
  });

  router.get('/status/:conversationId', async (req, res) => {
    const job = await jobs.get(req.params.conversationId);
    if (!job) return void res.json({ active: false });
    if (job.userId !== res.locals.userId) return void res.status(403).json({ error: 'Unauthorized' });
    const resumeState = resumeStateOf(job, await jobs.events(job.id));
    const { status, createdAt } = job;
    const { aggregatedContent } = resumeState;
    res.json({ active: status === 'running', streamId: job.id, status, aggregatedContent, createdAt, resumeState });
  });

  router.post('/abort', async (req, res) => {
    const { streamId, conversationId, abortKey } = req.body ?? {};
    const id = String(streamId ?? conversationId ?? String(abortKey ?? '').split(':')[0]);
    const job = await own(id, res, { error: 'Job not found', streamId: id });
    if (!job) return;
    if (job.status === 'running') await generator.abort(job);
    res.json({ success: true, aborted: job.id });
  });

  const start = async (req: Request, res: Response) => {
    const { text, conversationId, messageId, parentMessageId } = req.body ?? {};
    if (typeof text !== 'string' || !text.trim()) return void res.status(400).json({ error: '`text` must be a message' });
    let pace;
    try {
      pace = paceOf(req.body);
    } catch (error) {
      return void res.status(400).json({ error: (error as Error).message });
    }
    const id = typeof conversationId === 'string' && conversationId !== 'new' ? conversationId : randomUUID();
    const running = await jobs.get(id);
    if (running && running.userId !== res.locals.userId) return void res.status(403).json({ error: 'Unauthorized' });
    if (running?.status === 'running') await generator.abort(running);

    await generator.start({
      id,
      generation: randomUUID(),
      userId: res.locals.userId,
      createdAt: Date.now(),
      status: 'running',
      responseMessageId: randomUUID(),
      userMessage: {
        messageId: typeof messageId === 'string' ? messageId : randomUUID(),
        parentMessageId: typeof parentMessageId === 'string' ? parentMessageId : NO_PARENT,
        conversationId: id,
        sender: 'User',
        text,
        isCreatedByUser: true,
      },
    }, pace);
    res.json({ streamId: id, conversationId: id, status: 'started', generationProtocolVersion: 2 });
  };
  router.post('/', start);
  router.post('/:endpoint', start);
  return router;
}
