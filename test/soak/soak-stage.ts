import type { Redis } from 'ioredis';
import { EXECUTABLE } from '../support/builder.ts';
import { Child } from '../support/child.ts';
import { Folder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { UdpProxy } from '../support/udp-proxy.ts';
import type { LinkName } from './faults.ts';
import { DatagramReceiver, SoakListener, type Receiver } from './receivers.ts';
import type { SettingsChange } from './settings-change.ts';
import { SettingsFile } from './settings-file.ts';
import { SoakDisk } from './soak-disk.ts';
import { SoakSource, STREAM } from './soak-source.ts';

/**
 * The runtime compiles what runs often a second time, better, and keeps more for it. Here rare code gets there, too, one function
 * after the other, for more than an hour: 7 to 12 MiB from the second quarter of it to the last, which would hide a leak of that size.
 */
const UNOPTIMISED = { BUN_JSC_useDFGJIT: '0' } as const;

/** An SRT receiver, and the network before it. */
interface Link {
  readonly listener: SoakListener;
  readonly proxy: UdpProxy;
}

interface Parts {
  readonly redis: RedisServer;
  readonly client: Redis;
  readonly source: SoakSource;
  readonly disk: SoakDisk;
  readonly links: Readonly<Record<LinkName, Link>>;
  readonly datagrams: DatagramReceiver;
  readonly settings: SettingsFile;
  readonly program: Child;
}

/** Everything around the program, and the program; all of it is ended when it goes out of scope. */
export class SoakStage implements AsyncDisposable {
  private constructor(
    readonly parts: Parts,
    private readonly stack: AsyncDisposableStack,
  ) {}

  static async open(seed: number): Promise<SoakStage> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(new Folder());
    const redis = stack.use(await RedisServer.start());
    const client = redis.client();
    stack.defer(() => client.disconnect());
    // A stream that is there and has never had an entry: who counts from its start counts all.
    await client.xgroup('CREATE', STREAM, 'made-by-a-test', '$', 'MKSTREAM');
    const source = stack.use(new SoakSource(redis.port, seed));
    const disk = stack.use(new SoakDisk());
    const datagrams = stack.use(await DatagramReceiver.start());
    const first = await openLink(stack, 'first link', seed);
    const second = await openLink(stack, 'second link', seed + 1);
    const settings = new SettingsFile(folder.file('settings.env'), {
      redisPort: redis.port,
      destinations: {
        'first link': first.proxy.address,
        'second link': second.proxy.address,
        datagrams: datagrams.address,
      },
      recordings: disk.path,
    });
    const program = stack.use(new Child([EXECUTABLE], { env: { ...settings.variables, ...UNOPTIMISED } }));
    const links = { first, second };
    return new SoakStage({ redis, client, source, disk, links, datagrams, settings, program }, stack.move());
  }

  /** The first one is the one that is never killed. */
  get receivers(): readonly Receiver[] {
    const { links, datagrams } = this.parts;
    return [links.first.listener, links.second.listener, datagrams];
  }

  /** The names that the outputs have in the log: as those that receive, and the recorder. */
  get outputs(): readonly string[] {
    const { links, datagrams, disk } = this.parts;
    return [links.first.proxy.address, links.second.proxy.address, datagrams.address, disk.path];
  }

  /** Has the program read the settings of the start with this change; absent: those of the start alone. */
  reload(change?: SettingsChange): void {
    this.parts.settings.change(change);
    this.parts.program.signal('SIGHUP');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
  }
}

async function openLink(stack: AsyncDisposableStack, name: string, seed: number): Promise<Link> {
  const listener = stack.use(await SoakListener.start(name));
  const proxy = stack.use(await UdpProxy.start(listener.port, { seed }));
  return { listener, proxy };
}
