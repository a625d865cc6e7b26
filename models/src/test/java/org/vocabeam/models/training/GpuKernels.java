package org.vocabeam.models.training;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetAllRegisteredKernels;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.BytePointer;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.KernelDef;
import org.tensorflow.proto.KernelList;
import org.tensorflow.proto.NodeDef;
import org.vocabeam.models.graph.TensorFlowNative;

/**
 * Kernels that native TensorFlow for CUDA has for GPUs, as {@code quality/gpu-kernels} recorded
 * them: a line is an operation and the types of its attributes.
 */
final class GpuKernels {
  private static final String RECORDED = "/gpu-kernels.txt";

  /** For one operation, by attribute the types that a kernel takes. */
  private final Map<String, List<Map<String, Set<String>>>> kernels = new LinkedHashMap<>();

  static GpuKernels recorded() {
    GpuKernels recorded = new GpuKernels();
    try (var in = GpuKernels.class.getResourceAsStream(RECORDED)) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(recorded::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return recorded;
  }

  private void add(String line) {
    List<String> words = Splitter.on(' ').splitToList(line);
    Map<String, Set<String>> types = new LinkedHashMap<>();
    for (String word : words.subList(1, words.size())) {
      int equals = word.indexOf('=');
      types.put(
          word.substring(0, equals),
          Set.copyOf(Splitter.on(',').splitToList(word.substring(equals + 1))));
    }
    kernels.computeIfAbsent(words.get(0), operation -> new ArrayList<>()).add(types);
  }

  /** Returns true if a GPU can compute the node. */
  boolean has(NodeDef node) {
    return kernels.getOrDefault(node.getOp(), List.of()).stream()
        .anyMatch(
            kernel ->
                kernel.entrySet().stream()
                    .allMatch(types -> types.getValue().containsAll(types(node, types.getKey()))));
  }

  private static Set<String> types(NodeDef node, String attribute) {
    AttrValue value = node.getAttrMap().get(attribute);
    if (value == null) {
      return Set.of();
    }
    return value.hasList()
        ? value.getList().getTypeList().stream().map(GpuKernels::name).collect(toSet())
        : Set.of(name(value.getType()));
  }

  private static String name(DataType type) {
    return type.name().substring("DT_".length()).toLowerCase(Locale.ROOT);
  }

  /** Writes the kernels of the library on the class path, which must be the one for CUDA. */
  public static void main(String[] arguments) throws IOException {
    TensorFlowNative.load();
    TF_Status status = TF_Status.newStatus();
    TF_Buffer buffer = TF_GetAllRegisteredKernels(status);
    status.throwExceptionIfNotOK();
    byte[] bytes = new byte[(int) buffer.length()];
    new BytePointer(buffer.data()).capacity(bytes.length).get(bytes);
    Set<String> lines = new TreeSet<>();
    for (KernelDef kernel : KernelList.parseFrom(bytes).getKernelList()) {
      if (Set.of("GPU", "DEFAULT").contains(kernel.getDeviceType())
          && kernel.getLabel().isEmpty()) {
        lines.add(
            kernel.getOp()
                + kernel.getConstraintList().stream()
                    .map(
                        constraint ->
                            constraint.getAllowedValues().getList().getTypeList().stream()
                                .map(GpuKernels::name)
                                .collect(joining(",", " " + constraint.getName() + "=", "")))
                    .collect(joining()));
      }
    }
    Files.write(Path.of(arguments[0]), lines);
    System.out.println(lines.size() + " kernels");
    System.exit(0);
  }
}
