/**
 * What ffmpeg and the libraries that it loads get of our environment. Everything else stays with us: our own settings
 * hold passwords, and FFREPORT would have it write its options, the passphrase among them, into a file.
 */
const NAMES: ReadonlySet<string> = new Set(
  [
    // Where programs are, and the libraries of an ffmpeg that brings its own.
    ['PATH', 'LD_LIBRARY_PATH'],
    // Where fontconfig and the drivers of graphics cards find their settings and keep what they have compiled.
    ['HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'TMPDIR'],
    ['FONTCONFIG_FILE', 'FONTCONFIG_PATH'],
    // Language and time zone; beside them all that begins with LC_.
    ['LANG', 'LANGUAGE', 'TZ'],
    // The way out for destinations by HTTP (libavformat/http.c), and whom to trust there (OpenSSL).
    ['http_proxy', 'no_proxy', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
    // Which of several graphics cards (Mesa).
    ['DRI_PRIME'],
  ].flat(),
);

/** Locale; then the drivers of encoders in hardware: VA-API, VDPAU, NVIDIA, Mesa, Intel's oneVPL, OpenCL, Vulkan. */
const PREFIXES = /^(LC|LIBVA|VDPAU|CUDA|NVIDIA|MESA|ONEVPL|OCL_ICD|VK)_/;

/** The environment that ffmpeg gets, out of ours. */
export function ffmpegEnvironment(
  ours: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(ours)) {
    if (value !== undefined && (NAMES.has(name) || PREFIXES.test(name))) passed[name] = value;
  }
  return passed;
}
