package org.vocabeam.pipelines.registry;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.SortedMap;
import org.vocabeam.pipelines.inputs.Documents;

/**
 * A complete version: {@code version.json}.
 *
 * @param request what it was made of
 * @param images number of images
 * @param checkpoint fingerprint of the encoder
 * @param program version of Vocabeam
 * @param metrics accuracies of the encoder in [0, 1], by the names of the metrics store: {@code
 *     linear@0.1} with 10 % of the labels
 * @param parentMetrics accuracies of the parent on the same images; empty without a parent
 * @param gate outcome of every condition
 * @param passed true if all conditions hold
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

  /** Returns the number of the version. */
  @JsonIgnore
  public int number() {
    return request.version();
  }

  /** Returns the content of the file. */
  public String toJson() {
    return Documents.toJson(this);
  }
}
