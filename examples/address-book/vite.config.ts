import { capwire } from "capwire/vite";
import { defineConfig } from "vite";

export default defineConfig({ plugins: [capwire({ dts: true })] });
