import { buffer } from 'node:stream/consumers';
import { Functions } from './functions';
import { ScriptedRuntime } from './scripted-runtime';
import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream } from '../../../../emulator/core/events';
import { ResponseBandwidth } from '../../../../emulator/services/lambda/response-bandwidth';
import { Services } from '../../../../emulator/services/services';
import { deploy } from '../../deploy';

jest.setTimeout(30_000);

const MIB = 1024 * 1024;

let functions: Functions;
beforeEach(() => { functions = new Functions(); });
afterEach(() => functions.dispose());

// core/bandwidthlimiter, and https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html#config-rs-bandwidth
describe('Runtime API (RAPID): bandwidth of a streamed response', () => {
  test('the first 6 MiB at once, then 2 MiB a second', () => {
    let now = 0;
    const bandwidth = new ResponseBandwidth(() => now);
    expect([bandwidth.delayOf(6 * MIB), bandwidth.delayOf(MIB), bandwidth.delayOf(MIB)]).toEqual([0, 500, 1000]);
    now += 1000;
    expect(bandwidth.delayOf(2 * MIB)).toBe(1000);
  });

  test('unused bandwidth is saved, up to 6 MiB', () => {
    let now = 0;
    const bandwidth = new ResponseBandwidth(() => now);
    bandwidth.delayOf(6 * MIB);
    now += 60_000;
    expect([bandwidth.delayOf(6 * MIB), bandwidth.delayOf(MIB)]).toEqual([0, 500]);
  });

  test('each response has its own, and arrives in full', async () => {
    const delays: number[] = [];
    class Watched extends ResponseBandwidth {
      public delayOf(bytes: number): number {
        delays.push(super.delayOf(bytes));
        return delays[delays.length - 1];
      }
    }
    const bandwidth = () => new Watched(() => 0);
    const runtime = new ScriptedRuntime(functions, { limit: (milliseconds) => milliseconds / 10_000, bandwidth });
    const body = Buffer.alloc(7 * MIB, 'x');
    const invoked = runtime.invokeWithResponseStream();
    const responding = runtime.stream(await runtime.next(), (call) => call.end(body));
    const came = await buffer((await invoked).body);
    expect(came.equals(body)).toBe(true);
    expect(await responding).toMatchObject({ status: 202 });
    expect(delays[0]).toBe(0);
    expect(delays[delays.length - 1]).toBe(500);
  });

  test.each([[undefined, false], [true, true]])('with the option `responseBandwidth` %s, it is limited: %s', async (responseBandwidth, limited) => {
    const delayOf = jest.spyOn(ResponseBandwidth.prototype, 'delayOf');
    const services = new Services(new Cloud(new EventStream()));
    await deploy(services, {
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: {} },
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Runtime: 'nodejs24.x',
            Handler: 'index.handler',
            Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
            Code: { ZipFile: 'exports.handler = awslambda.streamifyResponse(async (event, out) => { out.end("x"); });' },
            Timeout: 20,
          },
        },
      },
    }, { responseBandwidth });
    const [{ lambda }] = [...services.lambda.functions.values()];
    expect(String(await buffer((await lambda!.invokeWithResponseStream(Buffer.from('{}'))).body))).toBe('x');
    expect(delayOf.mock.calls).toEqual(limited ? [[1]] : []);
    delayOf.mockRestore();
    await services.cloud.dispose();
  });
});
