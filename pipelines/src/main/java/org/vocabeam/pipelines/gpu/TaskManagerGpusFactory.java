package org.vocabeam.pipelines.gpu;

import static java.util.stream.Collectors.joining;

import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.externalresource.ExternalResourceDriver;
import org.apache.flink.api.common.externalresource.ExternalResourceDriverFactory;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.externalresource.gpu.GPUDriverFactory;

/**
 * Flink's discovery of GPUs, whose result is also left in the system property {@value #GIVEN},
 * where programs find it: Flink hands external resources to functions that it knows, not to Beam's.
 * Named by {@code external-resource.gpu.driver-factory.class}; the options are those of Flink's
 * driver.
 */
public final class TaskManagerGpusFactory implements ExternalResourceDriverFactory {
  /** As in {@code org.vocabeam.models.program.Gpus}, which a plugin does not see. */
  static final String GIVEN = "vocabeam.gpus";

  private static final String INDEX = "index";

  @Override
  public ExternalResourceDriver createExternalResourceDriver(Configuration configuration)
      throws Exception {
    ExternalResourceDriver discovery =
        new GPUDriverFactory().createExternalResourceDriver(configuration);
    return amount -> leave(discovery.retrieveResourceInfo(amount));
  }

  private static Set<? extends ExternalResourceInfo> leave(
      Set<? extends ExternalResourceInfo> found) {
    Stream<String> indexes = found.stream().map(gpu -> gpu.getProperty(INDEX).orElseThrow());
    System.setProperty(GIVEN, indexes.sorted().collect(joining(",")));
    return found;
  }
}
