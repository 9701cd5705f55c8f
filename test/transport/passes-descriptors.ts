/** Whether this machine is one on which descriptors are passed (src/transport/node/descriptors/libc.ts). */
export const passesDescriptors = process.platform === "linux" && ["x64", "arm64"].includes(process.arch);
