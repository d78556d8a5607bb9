import { event, Functions } from './functions';

let functions: Functions;
beforeEach(() => { functions = new Functions(); });
afterEach(() => functions.dispose());

// https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
describe('an inactive function', () => {
  test.each([
    [true, { code: 'CodeArtifactUserPendingException', status: 409 }],
    [false, { code: 'ResourceNotReadyException', status: 502 }],
  ])('rejects invocations until its resources are recreated, image: %s', async (isImage, refusal) => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
    const fn = functions.make({ isImage });
    fn.state.deactivate();
    expect(fn.state.name).toBe('Inactive');
    await expect(fn.invoke(event('echo'))).rejects.toMatchObject(refusal);
    now.mockReturnValue(1_000_000 + 59_999);
    expect(fn.state.name).toBe('Pending');
    await expect(fn.invoke(event('echo'))).rejects.toMatchObject(refusal);
    expect(fn.environments).toEqual([]);
    now.mockRestore();
    expect((await fn.invoke(event('echo'))).functionError).toBeUndefined();
  });

  test('stays inactive until somebody invokes it', () => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
    const fn = functions.make();
    fn.state.deactivate();
    now.mockReturnValue(2_000_000_000);
    expect(fn.state.name).toBe('Inactive');
    now.mockRestore();
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
  test('gets asynchronous events once it is active', async () => {
    const fn = functions.make({ limit: (milliseconds) => milliseconds / 1000 });
    fn.state.deactivate();
    expect((await fn.queue.accept(event('echo'))).functionError).toBeUndefined();
  });

  test('does not get asynchronous events that reach their maximum age before', async () => {
    const reactivation = 60_000;
    const fn = functions.make({ limit: (milliseconds) => (milliseconds === reactivation ? 3_600_000 : 1) });
    fn.state.deactivate();
    fn.queue.configure({ maxAgeMs: 30_000 });
    const { functionError, payload } = await fn.queue.accept(event('echo'));
    expect([functionError, JSON.parse(payload.toString()).errorType]).toEqual(['Unhandled', 'ResourceNotReadyException']);
  });
});
