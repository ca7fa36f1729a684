import { noServiceManager, type ServiceManager } from '../../base/service-manager.ts';
import type { Variables } from '../../config/setting-reader.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-status.ts';

/** Loads nothing of ioredis, which takes 16 MiB. */
export const runCommand: Command = {
  name: 'run',
  summary: 'the service: frames from Redis become a video at the destination (also without any command)',
  flags: [],
  async run({ env, flags, createLog, version, frameThreadUrl, stop, kill, onReload }) {
    const { serve } = await import('../../service/serve.ts');
    const { ReloadableSettings } = await import('../../service/reloadable-settings.ts');
    await serve({
      settings: new ReloadableSettings(env, flags),
      createLog,
      manager: await findServiceManager(env),
      version,
      frameThreadUrl,
      stop,
      kill,
      onReload,
    });
    return EXIT.good;
  },
};

/** Loads libc only where a service manager has started us. */
async function findServiceManager(env: Variables): Promise<ServiceManager> {
  const notifySocket = env['NOTIFY_SOCKET'];
  if (!notifySocket) return noServiceManager;
  const { systemdManager } = await import('../../os/sd-notify.ts');
  return systemdManager(notifySocket);
}
