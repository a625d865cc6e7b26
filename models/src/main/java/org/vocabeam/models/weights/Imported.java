package org.vocabeam.models.weights;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.tensorflow.op.Ops;
import org.vocabeam.models.UserError;
import org.vocabeam.models.backbone.Backbone;
import org.vocabeam.models.graph.Variables;
import org.vocabeam.models.training.Loss;
import org.vocabeam.models.training.Method;
import org.vocabeam.models.views.ViewSpec;

/**
 * Origin of an encoder whose weights were trained elsewhere. It trains nothing: a run that starts
 * from such weights has a method of its own.
 *
 * @param names table of the names by which the weights were found, for people
 */
@JsonTypeName("imported")
public record Imported(String names) implements Method {
  @Override
  public List<ViewSpec> views() {
    return List.of();
  }

  @Override
  public Loss loss(Ops tf, Variables variables, Backbone backbone, Inputs inputs) {
    throw new UserError("method is imported, which trains nothing; give the method of a run");
  }
}
