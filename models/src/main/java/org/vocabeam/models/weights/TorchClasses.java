package org.vocabeam.models.weights;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.vocabeam.models.weights.Unpickler.Named;

/**
 * The closed list of classes and functions that a pickle of weights may name. Those of tensors are
 * understood; others that checkpoints hold beside them become {@link Data}. None is ever called.
 */
final class TorchClasses {
  private static final String ORDERED_DICT = "collections.OrderedDict";
  private static final Set<String> TENSORS =
      Set.of("torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor");
  private static final Set<String> PARAMETERS =
      Set.of("torch._utils._rebuild_parameter", "torch.nn.parameter.Parameter");

  /** PyTorch's classes of storages. */
  private static final Map<String, WeightType> STORAGES =
      Arrays.stream(WeightType.values())
          .collect(toUnmodifiableMap(WeightType::storageClass, Function.identity()));

  /** Classes of what checkpoints hold beside tensors: arguments, counters, measured values. */
  private static final Set<String> DATA =
      Set.of(
          "argparse.Namespace",
          "collections.Counter",
          "collections.defaultdict",
          "__builtin__.set",
          "builtins.set",
          "__builtin__.dict",
          "builtins.dict",
          "__builtin__.list",
          "builtins.list",
          "numpy.core.multiarray.scalar",
          "numpy._core.multiarray.scalar",
          "numpy.dtype",
          "_codecs.encode",
          "torch.Size",
          "torch.device",
          "torch.float64",
          "torch.float32",
          "torch.float16",
          "torch.bfloat16",
          "torch.int64",
          "torch.int32");

  /** An object that no tensor is made of. */
  record Data(String name) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Values that a persistent id stands for: a part of the file that holds one storage. */
  record Stored(WeightType type, Storage storage) {}

  /** A tensor before it has a name. */
  record View(Stored stored, long offset, List<Long> shape, List<Long> strides) {}

  private TorchClasses() {}

  /** Rejects a name that is not on the list. */
  static Named permitted(String name) {
    if (name.equals(ORDERED_DICT)
        || TENSORS.contains(name)
        || PARAMETERS.contains(name)
        || STORAGES.containsKey(name)
        || DATA.contains(name)) {
      return new Named(name);
    }
    if (name.startsWith("torch.nn.modules.")) {
      throw new Refusal(
          "holds a whole module, by its class %s, must hold weights alone; save it again with"
                  .formatted(Refusal.quoted(name))
              + " torch.save(model.state_dict(), FILE)");
    }
    throw new Refusal(
        "names %s, which is no class of weights: nothing of the file was executed or taken; save"
                .formatted(Refusal.quoted(name))
            + " the state_dict alone");
  }

  /** Returns the object of a class or a function's result, which is data in each case. */
  static Object make(Named named, List<?> arguments) {
    String name = named.name();
    if (name.equals(ORDERED_DICT)) {
      return dictionary(arguments);
    }
    if (TENSORS.contains(name)) {
      return view(arguments);
    }
    if (PARAMETERS.contains(name)) {
      return argument(arguments, 0, View.class);
    }
    if (DATA.contains(name)) {
      return new Data(name);
    }
    throw new Refusal("uses %s in another way than weights do".formatted(name));
  }

  /** Gives an object its attributes, none of which is needed. */
  static void setState(Object object, Object state) {
    boolean known = object instanceof Data || object instanceof Map || object instanceof View;
    if (!known) {
      throw new Refusal("gives attributes to %s".formatted(object.getClass().getSimpleName()));
    }
  }

  private static Map<String, Object> dictionary(List<?> arguments) {
    Map<String, Object> dictionary = new LinkedHashMap<>();
    if (!arguments.isEmpty() && arguments.get(0) instanceof List<?> entries) {
      for (Object entry : entries) {
        if (entry instanceof List<?> pair
            && pair.size() == 2
            && pair.get(0) instanceof String key) {
          dictionary.put(key, pair.get(1));
        }
      }
    }
    return dictionary;
  }

  private static View view(List<?> arguments) {
    return new View(
        argument(arguments, 0, Stored.class),
        argument(arguments, 1, Long.class),
        sizes(argument(arguments, 2, List.class)),
        sizes(argument(arguments, 3, List.class)));
  }

  private static List<Long> sizes(List<?> values) {
    for (Object value : values) {
      if (!(value instanceof Long)) {
        throw new Refusal("has a tensor of the size %s".formatted(shown(value)));
      }
    }
    return values.stream().map(Long.class::cast).toList();
  }

  /** Returns a persistent id's parts: {@code ("storage", class, key, location, values, ...)}. */
  static StorageId storageId(Object id) {
    if (!(id instanceof List<?> parts) || parts.size() < 5 || !"storage".equals(parts.get(0))) {
      throw new Refusal("refers to something that is no storage");
    }
    String name = argument(parts, 1, Named.class).name();
    WeightType type = STORAGES.get(name);
    if (type == null) {
      throw new Refusal("has a storage of %s, must be one of numbers".formatted(name));
    }
    if (parts.size() > 5 && parts.get(5) != Unpickler.NONE) {
      throw new Refusal(
          "has a storage that is part of another, as PyTorch 0.1 wrote them; save it again");
    }
    return new StorageId(type, argument(parts, 2, String.class), argument(parts, 4, Long.class));
  }

  /**
   * A reference to a storage.
   *
   * @param key of its record in the file
   * @param size in values
   */
  record StorageId(WeightType type, String key, long size) {}

  private static <T> T argument(List<?> arguments, int i, Class<T> type) {
    Object value = i < arguments.size() ? arguments.get(i) : Unpickler.NONE;
    if (!type.isInstance(value)) {
      throw new Refusal(
          "has a tensor made of %s in the place of %s"
              .formatted(shown(value), type.getSimpleName()));
    }
    return type.cast(value);
  }

  /** Returns a value in one short text; collections, which may hold themselves, by their kind. */
  private static String shown(Object value) {
    return value instanceof List || value instanceof Map
        ? value.getClass().getSimpleName()
        : Refusal.quoted(String.valueOf(value));
  }
}
