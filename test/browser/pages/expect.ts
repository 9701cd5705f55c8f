/** vitest's `expect` for scenarios that are told in a browser: the same assertions without the runner. */

import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";
import * as chai from "chai";

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect: unknown = chai.expect;
