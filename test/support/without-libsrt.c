/*
 * Preloaded into the program, it hides libsrt from whoever opens it by its path, so that ffmpeg writes srt:// addresses itself.
 * ffmpeg, which is linked with it, finds it as ever.
 */
#include <dlfcn.h>
#include <string.h>

typedef void *(*dlopen_function)(const char *, int);

/* Asked for in place of the library: what the system says of it is the system's own. */
static const char *const nowhere = "/nonexistent/libsrt.so";

void *dlopen(const char *path, int flags) {
    dlopen_function system = (dlopen_function)dlsym(RTLD_NEXT, "dlopen");
    return system(path && strstr(path, "/libsrt") ? nowhere : path, flags);
}
