package org.vocabeam.models.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Index of a model in several files, {@code model.safetensors.index.json}. */
final class ShardIndex {
  /** End of the name of an index. */
  static final String SUFFIX = ".index.json";

  private static final long LONGEST = 64L << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  @FunctionalInterface
  interface ShardReader {
    WeightFile.Content read(Path shard) throws IOException;
  }

  private ShardIndex() {}

  /** Reads the tensors that the index names, from the files beside it. */
  static WeightFile.Content read(Path index, ShardReader reader) throws IOException {
    Map<String, WeightFile.Content> shards = new TreeMap<>();
    List<WeightTensor> tensors = new ArrayList<>();
    Map<String, Map<String, WeightTensor>> byShard = new TreeMap<>();
    for (Map.Entry<String, String> entry : weightMap(index).entrySet()) {
      String shard = entry.getValue();
      if (!shards.containsKey(shard)) {
        Path file = index.resolveSibling(shard);
        if (!Files.isRegularFile(file)) {
          throw new Refusal("names the file %s, which is not there".formatted(shard));
        }
        try {
          shards.put(shard, reader.read(file));
        } catch (Refusal e) {
          throw new Refusal("names the file %s, which %s".formatted(shard, e.getMessage()), e);
        }
        Map<String, WeightTensor> names = new LinkedHashMap<>();
        shards.get(shard).tensors().forEach(tensor -> names.put(tensor.name(), tensor));
        byShard.put(shard, names);
      }
      WeightTensor tensor = byShard.get(shard).get(entry.getKey());
      if (tensor == null) {
        throw new Refusal(
            "names the tensor %s, which is not in %s"
                .formatted(Refusal.quoted(entry.getKey()), shard));
      }
      tensors.add(tensor);
    }
    Map<String, String> notes = new LinkedHashMap<>();
    shards.values().forEach(shard -> notes.putAll(shard.notes()));
    String format = shards.values().stream().map(WeightFile.Content::format).findFirst().orElse("");
    return new WeightFile.Content("%s, %d files".formatted(format, shards.size()), tensors, notes);
  }

  /** Returns the names of the files that hold the tensors, sorted. */
  static Set<String> shards(Path index) throws IOException {
    return new TreeSet<>(weightMap(index).values());
  }

  private static Map<String, String> weightMap(Path index) throws IOException {
    if (Files.size(index) > LONGEST) {
      throw new Refusal("has %d bytes, too many for an index".formatted(Files.size(index)));
    }
    JsonNode names;
    try {
      names = JSON.readTree(Files.readAllBytes(index)).path("weight_map");
    } catch (JsonProcessingException e) {
      throw new Refusal("is not JSON: " + Refusal.quoted(e.getOriginalMessage()), e);
    }
    if (!names.isObject()) {
      throw new Refusal("has no weight_map; give the .index.json of safetensors or PyTorch");
    }
    Map<String, String> map = new LinkedHashMap<>();
    names
        .fields()
        .forEachRemaining(
            entry -> {
              String shard = entry.getValue().asText();
              if (shard.isEmpty() || shard.matches(".*[/\\\\\\x00].*") || shard.endsWith(SUFFIX)) {
                throw new Refusal(
                    "names the file %s, must be a file beside it".formatted(Refusal.quoted(shard)));
              }
              map.put(entry.getKey(), shard);
            });
    return map;
  }
}
