package org.vocabeam.models.training;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A size of network with the settings that go with it, of any method. */
public enum Preset {
  /** For 28 to 64 pixels and a few minutes on a processor. */
  @JsonProperty("small")
  SMALL,
  @JsonProperty("resnet18")
  RESNET18,
  @JsonProperty("resnet50")
  RESNET50
}
