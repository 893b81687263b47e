/** An artefact that must not serve. `message` says which file and what is wrong with it. */
export class ModelRefused extends Error {
  override readonly name = "ModelRefused";
}
