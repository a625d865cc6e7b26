package org.vocabeam.pipelines.registry;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.SortedMap;

/**
 * A complete version: {@code version.json}.
 *
 * @param request what it was made of
 * @param images their number
 * @param checkpoint fingerprint of the encoder
 * @param program version of Vocabeam
 * @param metrics of the encoder, by the names of the metrics store, {@code linear@0.1} with 10 % of
 *     the labels; accuracy in [0, 1]
 * @param parentMetrics of the parent on the same images; empty without one
 * @param gate what became of every condition
 * @param passed whether all hold
 * @param recipe every constant of the training
 */
public record ModelVersion(
    VersionRequest request,
    long images,
    String checkpoint,
    String program,
    SortedMap<String, Double> metrics,
    SortedMap<String, Double> parentMetrics,
    List<Condition.Result> gate,
    boolean passed,
    JsonNode recipe) {

  @JsonIgnore
  public int number() {
    return request.version();
  }

  /** The file's content. */
  public String toJson() {
    return Documents.toJson(this);
  }
}
