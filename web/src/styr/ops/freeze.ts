// SPDX-License-Identifier: Apache-2.0
// Freezing a checkpoint: what is known now is kept, hashed.
import { perform } from "../../write/write.ts";
import { STYR } from "../api.ts";
import { styrPath } from "../places.ts";

export const freeze = (id: string, title: string) => perform(`ReadinessCheckpoint/${id}/$freeze`, [], { patient: "", title, link: styrPath("avstamning", id), base: STYR });
