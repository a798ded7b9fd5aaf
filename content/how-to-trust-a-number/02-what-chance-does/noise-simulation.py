import random
random.seed(3)

def practice(patients):
    recovered = sum(random.random() < 0.70 for _ in range(patients))
    return recovered / patients, patients

sizes = [20, 80, 320, 1280] * 10
ranking = sorted((practice(n) for n in sizes), reverse=True)

print("top:   ", [f"{share:.0%} of {n}" for share, n in ranking[:4]])
print("bottom:", [f"{share:.0%} of {n}" for share, n in ranking[-4:]])
