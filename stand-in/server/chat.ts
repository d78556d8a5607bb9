import { createHash, randomUUID } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import type { Config } from './config';
import { resumeStateOf, streamEvents, type StreamParts } from './event-stream';
import type { Generator } from './generator';
import type { Job } from './job-store';
import { type Pace, paceOf } from './pace';
import { sendGenerationJson } from './protocol';

const NO_PARENT = '00000000-0000-0000-0000-000000000000';

/** `/api/agents/chat`: starts, streams, inspects and aborts generations. */
export function chatRoutes(generator: Generator, parts: StreamParts, endpoints: Config['endpoints'], ready: () => boolean): Router {
  const { jobs } = parts;
  const router = Router();

  /** The job if it exists and belongs to the user; else sends an error response. */
  async function own(id: string, res: Response, missing: object): Promise<Job | undefined> {
    const job = await jobs.get(id);
    if (job?.userId === res.locals.userId) return job;
    if (job) sendGenerationJson(res, 403, { error: 'Unauthorized' });
    else sendGenerationJson(res, 404, missing);
    return undefined;
  }

  router.get('/stream/:streamId', async (req, res) => {
    const { generationCreatedAt: expected } = req.query;
    if (expected !== undefined && !/^\d+$/.test(String(expected))) return sendGenerationJson(res, 400, { error: 'Invalid generation identity' });
    const job = await own(req.params.streamId, res, {
      error: 'Stream not found',
      message: 'The generation job does not exist or has expired.',
    });
    if (!job) return;
    if (expected !== undefined && Number(expected) !== job.createdAt) {
      return sendGenerationJson(res, 409, {
        code: 'GENERATION_REPLACED',
        error: 'Generation replaced',
        message: 'The requested generation has completed or was replaced.',
      });
    }
    await streamEvents(job, req.query.resume === 'true', res, parts);
  });

  router.get('/active', async (_req, res) => {
    res.json({ activeJobIds: await jobs.active(res.locals.userId) });
  });

  router.get('/status/:conversationId', async (req, res) => {
    const job = await jobs.get(req.params.conversationId);
    if (!job) return sendGenerationJson(res, 200, { active: false });
    if (job.userId !== res.locals.userId) return sendGenerationJson(res, 403, { error: 'Unauthorized' });
    const { status, createdAt } = job;
    const resumeState = resumeStateOf(job, status === 'running' ? await jobs.events(job.id) : []);
    const { aggregatedContent } = resumeState;
    sendGenerationJson(res, 200, { active: status === 'running', streamId: job.id, status, aggregatedContent, createdAt, resumeState });
  });

  router.post('/abort', async (req, res) => {
    const { streamId, conversationId, abortKey } = req.body ?? {};
    const id = String(streamId ?? conversationId ?? String(abortKey ?? '').split(':')[0]);
    const job = await own(id, res, { error: 'Job not found', streamId: id });
    if (!job) return;
    if (job.status === 'running') await generator.abort(job);
    sendGenerationJson(res, 200, { success: true, aborted: job.id });
  });

  const start = async (req: Request, res: Response) => {
    if (!ready()) {
      return void res.status(503).set('Retry-After', '1')
        .json({ code: 'SERVER_NOT_READY', error: 'Server is still starting. Please retry shortly.' });
    }
    const { userId } = res.locals as { userId: string };
    const { text, conversationId, parentMessageId, endpoint, endpointType, model, clientRequestId } = req.body ?? {};
    // LibreChat's response to a message without a valid endpoint: status 200, and an error event.
    if (!endpoint || endpointType !== 'custom') {
      return void res.type('text/event-stream').send(`event: error\ndata: ${JSON.stringify({ text: 'Error parsing conversation' })}\n\n`);
    }
    let pace: Pace;
    try {
      pace = paceOf(req.body);
    } catch (error) {
      return void res.status(400).json({ error: (error as Error).message });
    }
    const isNew = typeof conversationId !== 'string' || conversationId === 'new';
    const id = isNew ? newId(userId, clientRequestId) : conversationId;
    const createdAt = Date.now();
    if (typeof clientRequestId === 'string') {
      const first = await jobs.claim(userId, clientRequestId, { id, createdAt });
      if (first) return sendStarted(res, first, 'resumed');
    }
    const running = await jobs.get(id);
    if (running && running.userId !== userId) return sendGenerationJson(res, 403, { error: 'Unauthorized' });
    if (running?.status === 'running') await generator.abort(running);

    await generator.start({
      id,
      generation: randomUUID(),
      userId,
      createdAt,
      status: 'running',
      responseMessageId: randomUUID(),
      problem: modelProblem(endpoint, model, endpoints),
      userMessage: {
        // Not the id in the request: the server generates its own.
        messageId: randomUUID(),
        parentMessageId: typeof parentMessageId === 'string' ? parentMessageId : NO_PARENT,
        conversationId: id,
        sender: 'User',
        text: String(text ?? ''),
        isCreatedByUser: true,
      },
    }, pace);
    sendStarted(res, { id, createdAt }, 'started');
  };
  router.post('/', start);
  router.post('/:endpoint', start);
  return router;
}

function sendStarted(res: Response, { id, createdAt }: Pick<Job, 'id' | 'createdAt'>, status: 'started' | 'resumed'): void {
  sendGenerationJson(res, 200, { streamId: id, conversationId: id, generationCreatedAt: createdAt, status });
}

/** A repeated request results in the same conversation id, in any process. */
function newId(userId: string, clientRequestId: unknown): string {
  if (typeof clientRequestId !== 'string') return randomUUID();
  const hash = createHash('sha256').update(`${userId}:${clientRequestId}`).digest('hex');
  return [hash.slice(0, 8), hash.slice(8, 12), `5${hash.slice(13, 16)}`, `a${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-');
}

/** A message to an unknown model is accepted, and its generation fails. Without configured endpoints, any endpoint is allowed. */
function modelProblem(endpoint: string, model: unknown, endpoints: Config['endpoints']): string | undefined {
  if (typeof model !== 'string' || !model) return `{ "type": "missing_model", "info": "${endpoint}" }`;
  if (!endpoints.length || endpoints.some(({ name, models }) => name === endpoint && models.includes(model))) return undefined;
  return `{ "type": "illegal_model_request", "info": "${endpoint}|${model}" }`;
}
