import { Adapter, type AdapterOptions } from './adapter';
import { buildArtifacts, type Artifacts } from './artifacts';

/** The built adapter for the tests of a file: what is returned starts it, and it is gone after the test. */
export function useAdapter(): (options?: AdapterOptions) => Adapter {
  const started: Adapter[] = [];
  let artifacts: Artifacts;

  beforeAll(async () => (artifacts = await buildArtifacts()));
  afterEach(async () => Promise.all(started.splice(0).map(async (adapter) => adapter.dispose())));
  afterAll(() => artifacts.dispose());

  return (options) => {
    const adapter = new Adapter(artifacts, options);
    started.push(adapter);
    return adapter;
  };
}
