import type { Folder } from './folder.ts';
import { freeTcpPort } from './ports.ts';
import { output } from './video.ts';

/** What a Redis is started with so that it speaks TLS, too, and what its clients have to know. */
export interface TlsRedis {
  readonly options: readonly string[];
  readonly port: number;
  /** The certificate is its own authority. */
  readonly tlsCa: string;
}

/** Makes a certificate for 127.0.0.1 in this folder. */
export async function tlsRedis(folder: Folder): Promise<TlsRedis> {
  const [key, certificate] = [folder.file('key.pem'), folder.file('cert.pem')];
  const request = 'openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=redis'.split(' ');
  const address = ['-addext', 'subjectAltName=IP:127.0.0.1'];
  await output(...request, ...address, '-keyout', key, '-out', certificate);
  const port = await freeTcpPort();
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
  return {
    options: ['--tls-port', `${port}`, ...files, '--tls-auth-clients', 'no'],
    port,
    tlsCa: certificate,
  };
}
