import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A network link to a server on this machine that can be cut. */
export class Link {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((near) => this.join(near));
  private whole = true;

  public constructor(private readonly target: number) {}

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  public async open(): Promise<void> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
  }

  /** Breaks every connection, and every one to come until it is mended. */
  public cut(): void {
    this.whole = false;
    for (const socket of this.sockets) socket.destroy();
  }

  public mend(): void {
    this.whole = true;
  }

  public close(): void {
    this.cut();
    this.server.close();
  }

  private join(near: Socket): void {
    if (!this.whole) return void near.resetAndDestroy();
    const far = connect(this.target, '127.0.0.1');
    for (const [one, other] of [[near, far], [far, near]]) {
      this.sockets.add(one);
      one.once('error', () => other.destroy()).once('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
