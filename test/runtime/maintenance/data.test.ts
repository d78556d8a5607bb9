import { newStackId } from '../../../emulator/cloudformation/stack';
import { useMaintenance } from '../../../fixtures/runtime/maintenance';
import { until } from '../../../fixtures/runtime/until';
import { ADAPTER } from '../../../src/contract/variables';

jest.setTimeout(120_000);

const RELEASE = '/chat/release';
const CLUSTER = 'chat-cluster';
const ACCEPTED = { AcceptDataMigration: 'v0.8.9' };

/** The response to a request with these properties. */
const withProperties = (properties: object) => ({ ResourceProperties: { ServiceToken: 'arn', ...properties } });

describe('to a release after which older ones cannot read the data', () => {
  const kit = useMaintenance('v0.8.9');
  const deploy = (properties: object = {}) => kit.request('Update', withProperties(properties));
  const hasUsers = () => kit.mongo().databases.open('LibreChat', 'users').insert({ _id: 1, email: 'a@example.com' });
  const snapshots = () => [...kit.aws().services.documentDb.snapshots.keys()];

  beforeEach(() => {
    const { services } = kit.aws();
    services.ssm.parameters.set(RELEASE, 'none');
    services.documentDb.clusters.set(CLUSTER, kit.mongo());
    kit.start({ environment: { [ADAPTER.releaseParameter]: RELEASE } });
  });

  test('a first deployment needs no consent', async () => {
    expect(await deploy({ DatabaseCluster: CLUSTER })).toMatchObject({ Status: 'SUCCESS', Data: { Release: 'v0.8.9', Snapshot: '' } });
    expect(snapshots()).toEqual([]);
  });

  test('an upgrade fails without consent, and the error explains how to consent', async () => {
    hasUsers();
    kit.aws().services.ssm.parameters.set(RELEASE, 'v0.8.8');
    const { Status, Reason } = await deploy({ DatabaseCluster: CLUSTER });
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/phase "data" failed. the upgrade from v0\.8\.8 to LibreChat v0\.8\.9 cannot be undone/);
    expect(Reason).toContain('`acceptDataMigration: \'v0.8.9\'`. The deployment then creates a snapshot of the DocumentDB cluster first');
    expect(snapshots()).toEqual([]);
  });

  test('data of an unknown release needs consent, too', async () => {
    hasUsers();
    expect((await deploy()).Reason).toMatch(/the upgrade from an unknown release [^]*Create a backup of the database first/);
  });

  test('with consent, a snapshot is created before anything changes', async () => {
    hasUsers();
    kit.aws().services.ssm.parameters.set(RELEASE, 'v0.8.8');
    const { Status, Data } = await deploy({ ...ACCEPTED, DatabaseCluster: CLUSTER });
    expect(Status).toBe('SUCCESS');
    expect(Data!.Snapshot).toMatch(/^librechat-before-v0-8-9-[0-9a-f]{8}-\d{12}$/);
    expect(snapshots()).toEqual([Data!.Snapshot]);
    const events = kit.adapter().logs.map(({ event }) => event);
    expect(events.indexOf('snapshot-created')).toBeLessThan(events.indexOf('database-prepared'));
  });

  describe('another attempt', () => {
    /** Makes the only snapshot as old as one of an earlier attempt, whose name contains its time. */
    const age = (minutes: number) => {
      const { snapshots: all } = kit.aws().services.documentDb;
      const [[name, snapshot]] = all;
      const createdAt = Date.now() - minutes * 60_000;
      const quarter = new Date(createdAt - createdAt % 900_000).toISOString().replace(/\D/g, '');
      all.clear();
      all.set(name.replace(/\d+$/, (digits) => quarter.slice(0, digits.length)), { ...snapshot, createdAt });
    };

    beforeEach(async () => {
      hasUsers();
      await deploy({ ...ACCEPTED, DatabaseCluster: CLUSTER });
    });

    test.each([0, 14])('uses a snapshot that is %i minutes old, as a second delivery of a request does', async (minutes) => {
      age(minutes);
      const { Data } = await deploy({ ...ACCEPTED, DatabaseCluster: CLUSTER });
      expect(snapshots()).toEqual([Data!.Snapshot]);
    });

    test.each([16, 54])('creates another one if the snapshot is %i minutes old, because users have written since', async (minutes) => {
      age(minutes);
      const [old] = snapshots();
      const { Status, Data } = await deploy({ ...ACCEPTED, DatabaseCluster: CLUSTER });
      expect([Status, snapshots()]).toEqual(['SUCCESS', [old, Data!.Snapshot]]);
    });
  });

  describe('a snapshot', () => {
    /** Snapshots that are started are not available by default. */
    const startSnapshotsWith = (fields: object) => {
      kit.aws().services.documentDb.snapshots.set = function set(id, snapshot) {
        return Map.prototype.set.call(this, id, { ...snapshot, ...fields }) as typeof this;
      };
    };
    const slow = { createdAt: Date.now() + 3_600_000 };
    /** Makes all snapshots that are being created available. */
    const finishSnapshots = () => {
      const { snapshots: all } = kit.aws().services.documentDb;
      startSnapshotsWith({ createdAt: 0 });
      all.forEach((snapshot, id) => all.set(id, snapshot));
    };
    const untilAskedOften = async () => {
      const { calls } = kit.aws();
      const before = calls.length;
      await until(() => calls.length > before + 5);
    };

    beforeEach(hasUsers);

    test('that is being created keeps the database as it is, and LibreChat from starting', async () => {
      startSnapshotsWith(slow);
      const deployed = deploy({ ...ACCEPTED, DatabaseCluster: CLUSTER });
      await until(() => kit.adapter().logged('snapshot-started').length);
      await untilAskedOften();
      expect(kit.mongo().databases.open('LibreChat', 'users').indexes).toHaveLength(1);
      expect(kit.adapter().output.join('\n')).not.toMatch(/snapshot-created|database-prepared|Server listening/);

      finishSnapshots();
      expect(await deployed).toMatchObject({ Status: 'SUCCESS', Data: { Snapshot: snapshots()[0] } });
    });

    test('that takes longer than an attempt is named, and used by the next attempt', async () => {
      startSnapshotsWith(slow);
      const startWith = async (settings: object) => {
        await kit.adapter().dispose();
        kit.start({ environment: { [ADAPTER.releaseParameter]: RELEASE }, settings });
      };
      await startWith({ snapshotWaitMs: 100 });
      const { Reason } = await deploy({ ...ACCEPTED, DatabaseCluster: CLUSTER });
      expect(Reason).toMatch(/the snapshot librechat-before-\S+ of the cluster chat-cluster is still being created after \d+ s\.\nWhat to do: Deploy again before it is available/);

      await startWith({});
      const deployed = deploy({ ...ACCEPTED, DatabaseCluster: CLUSTER });
      await untilAskedOften();
      finishSnapshots();
      expect(await deployed).toMatchObject({ Status: 'SUCCESS', Data: { Snapshot: snapshots()[0] } });
      expect(snapshots()).toHaveLength(1);
    });

    test('that is not found right after it was created is waited for', async () => {
      const { snapshots: all } = kit.aws().services.documentDb;
      let asked = 0;
      all.has = (id) => Map.prototype.has.call(all, id) && (asked += 1) > 2;
      expect(await deploy({ ...ACCEPTED, DatabaseCluster: CLUSTER })).toMatchObject({ Status: 'SUCCESS' });
      expect(asked).toBeGreaterThan(2);
    });

    test('that an attempt without a response has created is used', async () => {
      const { clusters, snapshots: all } = kit.aws().services.documentDb;
      let creating = false;
      clusters.has = () => (creating = true);
      all.has = (id) => {
        if (creating && !all.size) all.set(id, { cluster: CLUSTER, createdAt: 0 });
        return all.size > 0;
      };
      expect(await deploy({ ...ACCEPTED, DatabaseCluster: CLUSTER })).toMatchObject({ Status: 'SUCCESS' });
      expect(creating).toBe(true);
    });

    test('that fails is named, and nothing is migrated', async () => {
      startSnapshotsWith({ failed: true });
      const { Status, Reason } = await deploy({ ...ACCEPTED, DatabaseCluster: CLUSTER });
      expect(Status).toBe('FAILED');
      expect(Reason).toMatch(
        /the snapshot librechat-before-\S+ of the cluster chat-cluster has the status "failed"\.\nWhat to do: .*delete the snapshot with `aws docdb delete-db-cluster-snapshot`/);
      expect(kit.adapter().logged('database-prepared')).toEqual([]);
    });
  });

  test('without a route to the API of RDS, nothing changes, and the remedy is named', async () => {
    hasUsers();
    kit.aws().fault = (call) => (call === 'POST /' ? 'reset' : undefined);
    const { Status, Reason } = await deploy({ ...ACCEPTED, DatabaseCluster: CLUSTER });
    expect(Status).toBe('FAILED');
    expect(Reason).toMatch(/phase "data" failed\. .*could not be reached.*\nWhat to do: .*the interface endpoint of RDS\./);
    expect(kit.adapter().logged('database-prepared')).toEqual([]);
  });

  test('a database that the construct did not create is upgraded with consent, without a snapshot', async () => {
    hasUsers();
    expect(await deploy(ACCEPTED)).toMatchObject({ Status: 'SUCCESS', Data: { Snapshot: '' } });
  });

  test('consent is not required again', async () => {
    hasUsers();
    kit.aws().services.ssm.parameters.set(RELEASE, 'v0.8.9');
    expect(await deploy()).toMatchObject({ Status: 'SUCCESS' });
  });
});

describe('to an older release', () => {
  const kit = useMaintenance('v0.8.8');
  const inRollback = () => {
    const { services } = kit.aws();
    const StackId = newStackId(services.cloud, 'Chat');
    services.cloudFormation.stacks.set(StackId, 'UPDATE_ROLLBACK_IN_PROGRESS');
    return { StackId };
  };
  const startWith = (...history: string[]) => {
    for (const value of history) kit.aws().services.ssm.parameters.set(RELEASE, value);
    kit.start({ environment: { [ADAPTER.releaseParameter]: RELEASE, FIXTURE_START_FAILS: '1' } });
  };

  test.each([[['none', 'v0.8.9']], [['none', 'v0.8.9-rc1']], [['v0.9.0', 'none']]])('fails after %j', async (history) => {
    startWith(...history);
    const { Reason } = await kit.request('Update');
    expect(Reason).toMatch(/LibreChat v0\.8\.8 cannot read the data: .*\nWhat to do: Deploy v0\.8\.9 or newer\. To go back, restore a snapshot/);
  });

  test('in a rollback, only the data is checked', async () => {
    startWith('none', 'v0.8.8');
    kit.mongo().available = false;
    expect(await kit.request('Update', inRollback())).toMatchObject({ Status: 'SUCCESS' });
    expect(kit.adapter().logged('check-passed')).toEqual([expect.objectContaining({ rollback: true })]);
  });

  test('a rollback fails rather than locking users out', async () => {
    startWith('v0.8.8', 'v0.8.9');
    expect(await kit.request('Update', inRollback())).toMatchObject({ Status: 'FAILED' });
  });

  test('the release is forgotten on demand', async () => {
    startWith('v0.8.9', 'forget');
    expect((await kit.request('Update', inRollback())).Status).toBe('SUCCESS');
  });

  test('a rollback is recognized although CloudFormation throttles the first request', async () => {
    startWith('v0.8.8');
    kit.aws().fault = (call, times) => (call === 'POST /' && times === 0 ? 'throttle' : undefined);
    await kit.adapter().dispose();
    kit.start({ environment: { FIXTURE_START_FAILS: '1' } });
    expect(await kit.request('Update', inRollback())).toMatchObject({ Status: 'SUCCESS' });
  });

  test('an update is checked completely if CloudFormation is not reachable', async () => {
    startWith('v0.8.8');
    kit.aws().fault = (call) => (call === 'POST /' ? 'hang' : undefined);
    await kit.adapter().dispose();
    kit.start({ environment: { FIXTURE_START_FAILS: '1' }, settings: { stackStatusMs: 100 } });
    expect((await kit.request('Update', inRollback())).Reason).toContain('phase "start"');
    expect(kit.adapter().logged('stack-status-unknown')).toHaveLength(1);
  });
});
