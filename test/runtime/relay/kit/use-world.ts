import { RelayBundle } from './relay-function';
import { World } from './world';

/** A world for the tests of a file, which is reset after each of them. */
export function useWorld(started: (world: World) => void): void {
  let bundle: RelayBundle;
  let world: World;
  beforeAll(async () => {
    bundle = await RelayBundle.build();
    world = await World.start(bundle);
    started(world);
  });
  afterEach(() => world.reset());
  afterAll(async () => {
    await world.dispose();
    bundle.dispose();
  });
}
