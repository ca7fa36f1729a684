/** A file that is compiled into the program: what is imported is its path, in the repository or in the executable. */
declare module '*.wasm' {
  const path: string;
  export default path;
}
