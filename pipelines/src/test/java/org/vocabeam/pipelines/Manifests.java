package org.vocabeam.pipelines;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Kubernetes manifests, read and checked without a cluster; a field that is not known is wrong. */
final class Manifests {
  private static final Path FOLDER = Path.of("../runner-config/kubernetes");
  private static final Map<String, String> VARIABLES =
      Map.of(
          "IMAGES", "registry.example/team",
          "BUILD", "0123456789ab",
          "DATA", "s3://bucket/vocabeam",
          "AWS_ACCESS_KEY_ID", "key",
          "AWS_SECRET_ACCESS_KEY", "secret",
          "AWS_REGION", "eu-central-1",
          "AWS_ENDPOINT_URL_S3", "https://store.example");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w*)}");

  private static final YAMLMapper YAML =
      new YAMLMapper(
          YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());

  /** Without the map in which Kubernetes' classes keep what they do not know. */
  private static final YAMLMapper STRICT =
      YAMLMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .annotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated member) {
                  return false;
                }
              })
          .build();

  private static final Map<String, Class<?>> KINDS =
      Map.of(
          "v1 Secret", Secret.class, "batch/v1 Job", Job.class, "batch/v1 CronJob", CronJob.class);

  private Manifests() {}

  /** All that are in the folder, by file name, with values for their variables. */
  static Map<String, JsonNode> all() throws IOException {
    Map<String, JsonNode> all = new TreeMap<>();
    try (var files = Files.newDirectoryStream(FOLDER, "*.yaml")) {
      for (Path file : files) {
        all.put(file.getFileName().toString(), YAML.readTree(filled(Files.readString(file))));
      }
    }
    return all;
  }

  /** Any YAML file. */
  static JsonNode read(Path file) throws IOException {
    return YAML.readTree(Files.readString(file));
  }

  private static String filled(String text) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            found -> {
              String value = VARIABLES.get(found.group(1));
              if (value == null) {
                throw new IllegalArgumentException("no such variable: " + found.group());
              }
              return value;
            });
  }

  /** Returns the faults of a manifest. */
  static List<String> errors(JsonNode manifest) {
    String kind = manifest.path("apiVersion").asText() + " " + manifest.path("kind").asText();
    if (kind.equals("flink.apache.org/v1beta1 FlinkDeployment")) {
      return FlinkDeployments.SCHEMA.validate(manifest).stream().map(String::valueOf).toList();
    }
    if (!KINDS.containsKey(kind)) {
      return List.of("no such kind: " + kind);
    }
    try {
      STRICT.treeToValue(manifest, KINDS.get(kind));
      return List.of();
    } catch (IOException e) {
      return List.of(e.getMessage());
    }
  }

  /** All objects that are called {@code name}, anywhere in the manifest. */
  static List<JsonNode> find(JsonNode in, String name) {
    return new ArrayList<>(in.findValues(name));
  }

  /** The schema that the operator's release publishes. */
  private static final class FlinkDeployments {
    static final Schema SCHEMA = read();

    private static Schema read() {
      String resource = "/META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml";
      try (InputStream in = Manifests.class.getResourceAsStream(resource)) {
        ObjectNode schema =
            (ObjectNode) YAML.readTree(in).at("/spec/versions/0/schema/openAPIV3Schema");
        // Kubernetes' own, which no resource definition repeats.
        ObjectNode properties = (ObjectNode) schema.get("properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("kind").put("type", "string");
        ObjectNode metadata = properties.putObject("metadata").put("type", "object");
        for (String name : List.of("name", "namespace")) {
          metadata.withObject("/properties").putObject(name).put("type", "string");
        }
        for (String name : List.of("labels", "annotations")) {
          ObjectNode map = metadata.withObject("/properties").putObject(name).put("type", "object");
          map.putObject("additionalProperties").put("type", "string");
        }
        close(schema);
        return SchemaRegistry.withDialect(Dialects.getOpenApi30()).getSchema(schema);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Kubernetes drops the fields that a schema does not name; here they are errors. */
    private static void close(JsonNode schema) {
      if (schema instanceof ObjectNode object) {
        // What it means stands beside it in JSON schema's own words.
        object.remove("x-kubernetes-int-or-string");
        if (object.path("properties").isObject() && !object.has("additionalProperties")) {
          object.put("additionalProperties", false);
        }
      }
      schema.forEach(FlinkDeployments::close);
    }
  }

  /** Names of the top-level fields. */
  static Set<String> names(JsonNode object) {
    Set<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
