import { sendTo } from '../../../../fixtures/runtime/direct';
import { firstChunk, readAll, type EngineRun } from '../../../../fixtures/runtime/engine-run';
import { token } from '../../../../fixtures/runtime/token';
import { until } from '../../../../fixtures/runtime/until';
import { useEngine } from '../../../../fixtures/runtime/use-engine';

jest.setTimeout(30_000);

const { start, lines, logged } = useEngine();
const NEVER = 600_000;
const said = (text: string) => lines().some((line) => line.includes(text));

const open = (engine: EngineRun, streamId: string, authorization = 'Bearer owner') => engine.open({
  method: 'GET', target: `/api/agents/chat/stream/${streamId}?resume=true`, headers: [['Authorization', authorization]],
});

interface Orphan {
  readonly engine: EngineRun;
  readonly streamId: string;
  readonly createdAt: number;
}

/** A chat that LibreChat generates, without a live worker that has started it. */
async function orphan({ orphanMs, ...chat }: { orphanMs?: number; paused?: boolean; talks?: boolean } = {}): Promise<Orphan> {
  const engine = await start({ settings: { lingerMs: NEVER, ...(orphanMs === undefined ? {} : { orphanMs }) } });
  const { body } = await sendTo(engine.librechat.port, {
    method: 'POST',
    target: '/api/agents/chat',
    headers: [['Content-Type', 'application/json']],
    body: Buffer.from(JSON.stringify({ generateMs: NEVER, ...chat })),
  });
  const { streamId, generationCreatedAt: createdAt } = JSON.parse(body.toString()) as { streamId: string; generationCreatedAt: number };
  engine.source.orphans.add(streamId);
  return { engine, streamId, createdAt };
}

/** Resolves when the engine has queried a number of times whether the chat's worker is alive. */
async function asked(engine: EngineRun, times: number): Promise<void> {
  const orphaned = jest.spyOn(engine.source, 'orphaned');
  await until(() => orphaned.mock.calls.length >= times);
}

describe('a chat of a worker that has died', () => {
  test('is aborted as its user would when its events are opened again', async () => {
    const { engine, streamId, createdAt } = await orphan();
    expect(await readAll(await open(engine, streamId))).toMatchObject({ body: expect.stringContaining('"final":true'), broken: false });
    expect(said('abort requested by undefined at 127.0.0.1 with Bearer owner')).toBe(true);
    expect(said(`abort of ${createdAt}`)).toBe(true);
    expect(logged('orphan-aborted')).toMatchObject([{ streamId }]);
  });

  test('shows the text so far while it is observed', async () => {
    const { engine, streamId } = await orphan({ orphanMs: NEVER });
    expect(await firstChunk(await open(engine, streamId))).toContain('"created":true');
    expect(said('abort requested')).toBe(false);
  });

  test('is not aborted if LibreChat does not generate it', async () => {
    const { engine } = await orphan();
    engine.source.orphans.add('unknown');
    await readAll(await open(engine, 'unknown'));
    expect(said('abort requested')).toBe(false);
  });

  test('that waits for its user is not aborted', async () => {
    const { engine, streamId } = await orphan({ paused: true });
    const over = asked(engine, 1);
    await firstChunk(await open(engine, streamId));
    await over;
    expect(said('abort requested')).toBe(false);
  });

  test.each([
    ['of somebody else', () => 'Bearer somebody else'],
    ['that has expired, though LibreChat has signed it', ({ librechat }: EngineRun) => token({ id: 'owner', exp: 1 }, librechat.jwtSecret)],
  ])('is not aborted with a token %s', async (_, authorization) => {
    const { engine, streamId } = await orphan();
    await firstChunk(await open(engine, streamId, authorization(engine)));
    await until(() => logged('orphan-not-aborted').length);
    expect(said('abort requested')).toBe(false);
  });
});

describe('a chat that only seems to be an orphan', () => {
  test('because its worker was slow, or Redis lost the lease, continues', async () => {
    const { engine, streamId } = await orphan();
    const orphaned = jest.spyOn(engine.source, 'orphaned').mockImplementation(async () => orphaned.mock.calls.length === 1);
    const response = await open(engine, streamId);
    await firstChunk(response);
    await until(() => orphaned.mock.calls.length === 2);
    response.destroy();
    // The engine has finished the request.
    await until(() => engine.source.reported.at(-1) === 50);
    expect(said('abort requested')).toBe(false);
  });

  test('because its worker generates without a lease, continues as long as text is added', async () => {
    const { engine, streamId } = await orphan({ talks: true });
    const watched = asked(engine, 6);
    await firstChunk(await open(engine, streamId));
    await watched;
    expect(said('abort requested')).toBe(false);
  });

  test('because another worker generates it, continues', async () => {
    const { engine, streamId } = await orphan();
    engine.source.orphans.clear();
    const response = await open(engine, streamId);
    await firstChunk(response);
    response.destroy();
    await until(() => engine.source.reported.at(-1) === 50);
    expect(said('abort requested')).toBe(false);
  });
});
