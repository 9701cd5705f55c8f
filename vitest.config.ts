import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const src = fileURLToPath(new URL("./src/", import.meta.url));

export default defineConfig({
  // Tests and examples import `capwire` as a user would; here that is the source itself.
  resolve: {
    alias: [
      { find: /^capwire$/, replacement: `${src}index.ts` },
      { find: /^capwire\/node$/, replacement: `${src}node.ts` },
      { find: /^capwire\/codegen\/runtime$/, replacement: `${src}codegen/runtime.ts` },
      { find: /^capwire\/std\/(.*)$/, replacement: `${src}std/$1.ts` },
      { find: /^capwire\/transport\/descriptors$/, replacement: `${src}transport/node/descriptors/index.ts` },
      { find: /^capwire\/([a-z-]+(?:\/node)?)$/, replacement: `${src}$1/index.ts` },
    ],
  },
  test: { include: ["test/**/*.test.ts"], testTimeout: 30_000, globalSetup: "test/missing-peers.ts" },
});
