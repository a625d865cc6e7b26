# The commands whose stores quality/same-results/run compares: step NAME COMMAND OPTIONS, in a folder of their own.
# Few steps of small batches: enough that every kernel, every schedule and every stage has had its say.
# shellcheck shell=bash

step ingest-grey ingest --input=input/grey --output=grey --shards=2 --rowGroupBytes=65536
step ingest ingest --input=input/colour --output=colour --resize=28 --rowGroupBytes=262144
images=--images=colour/images

training="$images --rounds=2 --stepsPerRound=3 --batchSize=8 --seed=7"
for method in autoencoder byol colorization dino gan jigsaw lejepa moca obow relative-patch rotation simclr simsiam swav; do
  step $method pretrain --method=$method $training --output=$method
done
# Two generations of students behind a first teacher: each extracts, clusters, assigns and trains.
step bownet pretrain --method=bownet $training --words=16 --output=bownet

# The same stage by stage; then a grey store, stored views and two replicas.
step extract extract $images --checkpoint=rotation --level=layer2 --output=descriptors
step codebook codebook --descriptors=descriptors --words=16 --iterations=3 --output=words
step assign assign $images --checkpoint=rotation --codebook=words/codebook --output=targets
step bownet-targets pretrain --method=bownet --targets=targets $training --words=16 --output=bownet-targets
grey="--images=grey/images --rounds=2 --stepsPerRound=3 --batchSize=8 --seed=7"
step views augment --images=grey/images --output=views --epochs=0-1 --batchSize=8 --seed=7
step obow-views pretrain --method=obow --views=views $grey --output=obow-views
step update update --method=simclr $grey --replicas=2 --output=replicas
step replicas pretrain --method=simclr $grey --replicas=2 --output=replicas

step evaluate evaluate --images=grey/images --checkpoint=obow-views --grid=2 --output=evaluation
step embed embed $images --checkpoint=obow --output=embeddings
step finetune finetune --checkpoint=obow --labelShare=0.1 $training --output=finetuned
step auxiliary finetune --auxiliary=rotation --labelShare=0.1 $training --output=auxiliary
step distill distill --teacher=finetuned --student=small $training --output=distilled
step export export --checkpoint=finetuned --output=exported
