package org.vocabeam.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vocabeam.pipelines.options.RunnerArguments;
import org.vocabeam.pipelines.runner.FlinkCluster;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The manifests and the image of {@code runner-config/kubernetes}, checked without a cluster. */
class KubernetesTest {
  private static final Path RUNNER_CONFIG = Path.of("../runner-config");
  private static final String CPU = "session-cluster.yaml";
  private static final String GPU = "session-cluster-gpu.yaml";
  private static final String CONFIGURATION = "/spec/flinkConfiguration";
  private static final String CONTAINER = "/spec/podTemplate/spec/containers/0";

  private static JsonNode manifest(String file) throws IOException {
    return Manifests.all().get(file);
  }

  @Test
  void manifestsKeepToTheSchemas() throws Exception {
    Map<String, JsonNode> all = Manifests.all();
    assertEquals(
        Set.of(CPU, GPU, "object-store.yaml", "pretrain.yaml", "retrain.yaml"), all.keySet());
    all.forEach((file, manifest) -> assertEquals(List.of(), Manifests.errors(manifest), file));
  }

  /** The test above can fail: a field misspelt or of a wrong type, at any depth, in any kind. */
  @Test
  void brokenManifestsAreSeen() throws Exception {
    assertBroken(CPU, "/spec", "flinkVersion", "v1_3");
    assertBroken(CPU, "/spec", "imagee", "x");
    assertBroken(CPU, "/spec/taskManager", "replicas", "two");
    assertBroken(CPU, "/spec/podTemplate/spec/containers/0/volumeMounts/0", "mountpath", "/x");
    assertBroken(CPU, "/spec/podTemplate/spec/securityContext", "runAsUser", "flink");
    assertBroken(CPU, "/metadata", "lables", "x");
    assertBroken(GPU, "/spec/taskManager/podTemplate/spec", "nodeSelektor", "x");
    assertBroken("pretrain.yaml", "/spec", "backoffLimit", "many");
    assertBroken("pretrain.yaml", "/spec/template/spec/containers/0", "img", "x");
    assertBroken("retrain.yaml", "/spec", "scheduel", "0 3 * * *");
    assertBroken("object-store.yaml", "", "stringdata", "x");
    assertBroken("object-store.yaml", "", "kind", "Secrets");
  }

  private static void assertBroken(String file, String place, String field, String value)
      throws IOException {
    JsonNode manifest = manifest(file);
    ((ObjectNode) manifest.at(place)).put(field, value);
    assertFalse(Manifests.errors(manifest).isEmpty(), file + " " + place + "/" + field);
  }

  /** Numbers in the configuration must be quoted, because the operator takes texts alone. */
  @Test
  void aNumberInTheConfigurationIsSeen() throws Exception {
    JsonNode manifest = manifest(CPU);
    ((ObjectNode) manifest.at(CONFIGURATION)).put("heartbeat.interval", 2000);
    assertFalse(Manifests.errors(manifest).isEmpty());
  }

  @Test
  void theConfigurationIsThatOfEveryCluster() throws Exception {
    Map<String, String> shared = new TreeMap<>();
    flatten("", Manifests.read(RUNNER_CONFIG.resolve("flink/config.yaml")), shared);
    for (String file : List.of(CPU, GPU)) {
      Map<String, String> here = new TreeMap<>();
      manifest(file)
          .at(CONFIGURATION)
          .fields()
          .forEachRemaining(entry -> here.put(entry.getKey(), entry.getValue().asText()));
      here.keySet().retainAll(shared.keySet());
      assertEquals(shared, here, file);
    }
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.fields().forEachRemaining(e -> flatten(prefix + "." + e.getKey(), e.getValue(), into));
    } else {
      into.put(prefix.substring(1), node.asText());
    }
  }

  @Test
  void theGpuClusterIsTheOtherOneWithGpus() throws Exception {
    JsonNode cpu = manifest(CPU);
    JsonNode gpu = manifest(GPU);
    assertEquals("1", gpu.at(CONFIGURATION).get("taskmanager.numberOfTaskSlots").asText());
    assertEquals("1", gpu.at(CONFIGURATION).get("external-resource.gpu.amount").asText());
    assertEquals(
        1,
        gpu.at("/spec/taskManager/podTemplate/spec/containers/0/resources/limits/nvidia.com~1gpu")
            .asInt());
    for (JsonNode either : List.of(cpu, gpu)) {
      ((ObjectNode) either.get("metadata")).remove("name");
      ((ObjectNode) either.get("spec")).remove("image");
      ObjectNode configuration = (ObjectNode) either.at(CONFIGURATION);
      configuration.remove("taskmanager.numberOfTaskSlots");
      configuration.remove(
          Manifests.names(configuration).stream().filter(n -> n.startsWith("external-")).toList());
      ((ObjectNode) either.at("/spec/taskManager")).remove("podTemplate");
    }
    assertEquals(cpu, gpu);
  }

  @Test
  void namesThatAreReferredToAreThere() throws Exception {
    Map<String, JsonNode> all = Manifests.all();
    Set<String> secrets = new TreeSet<>();
    Set<String> clusters = new TreeSet<>();
    for (JsonNode manifest : all.values()) {
      String name = manifest.at("/metadata/name").asText();
      switch (manifest.get("kind").asText()) {
        case "Secret" -> secrets.add(name);
        case "FlinkDeployment" -> clusters.add(name + "-rest:8081");
        default -> {}
      }
    }
    all.forEach(
        (file, manifest) -> {
          for (JsonNode reference : Manifests.find(manifest, "secretRef")) {
            assertTrue(secrets.contains(reference.get("name").asText()), file);
          }
          for (JsonNode pod : Manifests.find(manifest, "spec")) {
            assertMountsAreVolumes(file, pod);
          }
          for (JsonNode arguments : Manifests.find(manifest, "args")) {
            assertTrue(clusters.contains(option(arguments, "--flinkMaster")), file);
          }
          for (JsonNode container : Manifests.find(manifest, "containerName")) {
            List<String> names =
                Manifests.find(manifest, "containers").stream()
                    .map(containers -> containers.at("/0/name").asText())
                    .toList();
            assertEquals(List.of(container.asText()), names, file);
          }
        });
  }

  private static void assertMountsAreVolumes(String file, JsonNode pod) {
    Set<String> volumes = new TreeSet<>();
    pod.path("volumes").forEach(volume -> volumes.add(volume.get("name").asText()));
    Set<String> mounted = new TreeSet<>();
    for (JsonNode container : pod.path("containers")) {
      container.path("volumeMounts").forEach(mount -> mounted.add(mount.get("name").asText()));
    }
    assertEquals(volumes, mounted, file);
  }

  private static String option(JsonNode arguments, String name) {
    for (JsonNode argument : arguments) {
      if (argument.asText().startsWith(name + "=")) {
        return argument.asText().substring(name.length() + 1);
      }
    }
    return "";
  }

  @Test
  void aClusterIsOfOnePiece() throws Exception {
    String flink = EnvironmentInformation.getVersion();
    for (String file : List.of(CPU, GPU)) {
      JsonNode cluster = manifest(file);
      JsonNode configuration = cluster.at(CONFIGURATION);
      String version = "v" + flink.replaceFirst("\\.\\d+$", "").replace('.', '_');
      assertEquals(version, cluster.at("/spec/flinkVersion").asText());
      String build = configuration.get(FlinkCluster.BUILD).asText();
      String image = cluster.at("/spec/image").asText();
      assertTrue(image.endsWith(":" + build + (file.equals(GPU) ? "-gpu" : "")), image);
      String port = configuration.get("metrics.reporter.prom.port").asText();
      assertEquals(port, cluster.at(CONTAINER + "/ports/0/containerPort").asText());
      assertEquals(
          port, cluster.at("/spec/podTemplate/metadata/annotations/prometheus.io~1port").asText());
      String scratch = cluster.at(CONTAINER + "/volumeMounts/0/mountPath").asText();
      assertEquals(scratch, configuration.get("io.tmp.dirs").asText());
      assertEquals(
          "-Djava.io.tmpdir=" + scratch, configuration.get("env.java.opts.taskmanager").asText());
    }
    for (String file : List.of("pretrain.yaml", "retrain.yaml")) {
      JsonNode image = Manifests.find(manifest(file), "image").get(0);
      assertEquals(manifest(CPU).at("/spec/image"), image, "client and cluster of one build");
    }
  }

  @Test
  void theCommandsCanBeTyped() throws Exception {
    assertTypes("pretrain.yaml");
    assertTypes("retrain.yaml");
  }

  private static void assertTypes(String file) throws IOException {
    List<String> arguments = new ArrayList<>();
    Manifests.find(manifest(file), "args").get(0).forEach(a -> arguments.add(a.asText()));
    assertEquals("submit", arguments.remove(0));
    ParseResult parsed = Vocabeam.commandLine().parseArgs(arguments.toArray(String[]::new));
    CommandLine command = parsed.subcommand().commandSpec().commandLine();
    command.getCommandSpec().mixins().values().stream()
        .map(mixin -> mixin.userObject())
        .filter(RunnerArguments.class::isInstance)
        .forEach(pipelines -> ((RunnerArguments) pipelines).takeUnmatched(command));
  }

  private static List<String> dockerfile() throws IOException {
    // Continued lines are one.
    String text = Files.readString(RUNNER_CONFIG.resolve("kubernetes/Dockerfile"));
    return text.replace("\\\n", " ").lines().filter(l -> !l.startsWith("#")).toList();
  }

  /** Files of this project that the image is built from. */
  private static List<String> copied() throws IOException {
    List<String> sources = new ArrayList<>();
    for (String line : dockerfile()) {
      if (line.startsWith("COPY ") && !line.contains("--from=")) {
        List<String> words =
            Splitter.on(' ')
                .omitEmptyStrings()
                .splitToStream(line)
                .filter(word -> !word.startsWith("--"))
                .toList();
        sources.addAll(words.subList(1, words.size() - 1));
      }
    }
    assertFalse(sources.isEmpty());
    return sources;
  }

  @Test
  void theImageIsOfTheBuildsFlink() throws Exception {
    String flink = EnvironmentInformation.getVersion();
    List<String> bases =
        dockerfile().stream().filter(line -> line.startsWith("FROM flink")).toList();
    assertEquals(2, bases.size());
    for (String base : bases) {
      assertTrue(base.startsWith("FROM flink:" + flink + "-java17 "), base);
    }
    for (String source : copied()) {
      if (!source.startsWith("target/")) {
        assertTrue(Files.isRegularFile(RUNNER_CONFIG.resolve(source)), source);
      }
    }
  }

  /** After {@code mvn package}, which CI has run before the slow tests. */
  @Test
  @Tag("slow")
  void whatTheImageCopiesIsThere() throws Exception {
    for (String source : copied()) {
      Path folder = RUNNER_CONFIG.resolve(source).getParent();
      String name = Path.of(source).getFileName().toString();
      List<Path> found = new ArrayList<>();
      try (var files = Files.newDirectoryStream(folder, name)) {
        files.forEach(found::add);
      }
      assertEquals(1, found.size(), source + ": " + found);
    }
  }
}
